import { test } from "node:test";
import { tellTheStory } from "./story.mjs";

test("draw on one phone, see it on every other", (context) => tellTheStory(context));
