// Package controlpage is the pages that show a person a fake's world and journal as they change: an overview, and one
// page each for a runner, a pipeline, a job, a call and what is wrong. It knows no fake: it is given what to show as
// plain values, and its buttons call the control API.
//
//   - render.go: the pages as HTML, by the templates *.html, style.css and script.js
//   - overview.go, details.go: what each page shows
//   - records.go: runners, jobs and the other records, read from the JSON that the root writes of its own
//   - pipelines.go: pipelines with their stages, and the lines between the jobs of one; who may have a job
//   - calls.go: calls, and which of them concern a runner or a job
//   - find.go: lists, and looking for words in them
//   - text.go: times, bodies and logs for a person to read
//
// It brings html/template along, which makes a program some megabytes larger. So that Go's linker leaves it out of
// programs that never serve the page, nothing here may be made when the program starts, and only the control API may
// call it.
package controlpage
