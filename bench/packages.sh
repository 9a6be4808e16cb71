# Sourced by the benchmarks: installs their npm packages in bench/, from its own lock file.
install_packages() {
  local stamp=bench/node_modules/.colo-lock
  cmp -s bench/package-lock.json "$stamp" && return
  say "Installing npm packages of the benchmark" >&2
  npm ci --prefix bench --no-fund --no-audit --loglevel=error >&2
  cp bench/package-lock.json "$stamp"
}
