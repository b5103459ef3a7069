// Package calltext is a recorded call as text: on one line, as a command for a shell, in a journal, in a diagram, as
// JSON. It knows no fake: it is given the call's plain values.
//
//   - call.go: the call on one line, and the parts of that line
//   - curl.go: the command that sends its request again
//   - journal.go: the lines of a journal
//   - mermaid.go: the diagram
//   - data.go: JSON
//   - keeping.go: how much it takes in a journal, and what is left of it where that is too much
//   - several.go: what several calls have in common, and their order
//   - changed.go: which call changed a field of a record
package calltext
