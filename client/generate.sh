#!/bin/sh
# Generates the codec of the frames, client/src/wire/generated/colo.ts, from protocol/colo.proto.
set -eu
cd "$(dirname "$0")/.."

out=client/src/wire/generated
options=oneof=unions-value,enumsAsLiterals=true,removeEnumPrefix=true,unrecognizedEnum=false
options=$options,forceLong=number,outputJsonMethods=false,outputPartialMethods=false
options=$options,useExactTypes=false,esModuleInterop=true

mkdir -p "$out"
protoc --plugin=node_modules/.bin/protoc-gen-ts_proto \
  --ts_proto_out="$out" --ts_proto_opt="$options" -I protocol protocol/colo.proto
