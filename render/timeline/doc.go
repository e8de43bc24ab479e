// Package timeline shows what happened when: a bar for each phase and hook of a
// start, or for each span of any other trace, and the moments that a start goes
// by. It makes one model of that, which pages use too, and writes it as SVG, PNG,
// text and as a Gantt chart of Mermaid's.
//
// Names out of a trace are untrusted: in the model they are as they came, and each
// writer makes them harmless. The package never reads files, prints, logs or
// exits.
package timeline
