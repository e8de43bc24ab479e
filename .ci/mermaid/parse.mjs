// Parses diagrams with Mermaid's own parser: node parse.mjs FILE...
// It prints a line for each that it does not take, and fails then.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels with the help of a document.
const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import('mermaid');
mermaid.initialize({ securityLevel: 'strict' });

let parsed = 0;
for (const file of process.argv.slice(2)) {
  try {
    await mermaid.parse(readFileSync(file, 'utf8'));
    parsed++;
  } catch (e) {
    console.log(`${file}: ${e.message}`);
    process.exitCode = 1;
  }
}
console.log(`${parsed} parsed`);
