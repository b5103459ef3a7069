// Stands for vitest, as much of it as the files in docs/other-languages.md use, on node's own test runner.
import assert from "node:assert"
import { after, before } from "node:test"

export { afterEach, beforeEach, test } from "node:test"
export const beforeAll = before, afterAll = after
export const expect = value => ({
  toBe: wanted => assert.strictEqual(value, wanted),
  toEqual: wanted => assert.deepStrictEqual(value, wanted),
})
