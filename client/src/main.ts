import "./ui/app.css";
import { mount } from "svelte";
import { createColo } from "./colo";
import App from "./ui/App.svelte";
import { followInvites } from "./ui/invited";
import { followViewport } from "./ui/viewport";
import { keepPage } from "./worker/register";

const target = document.getElementById("colo");
if (target === null) throw new Error("index.html has no place for the app");

followViewport();
followInvites();
const colo = createColo();
mount(App, { target, props: { colo } });
colo.start();
keepPage();
