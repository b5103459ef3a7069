// Package webhooks tells webhooks of events: it writes what they are told and calls them over HTTP.
//
// internal/world announces: while a change is made, with the state's mutex held, it has the body of an event written
// (Writer) and puts a world.Notice into a queue. At the end of the visit the queue is handed to the Courier, which
// calls each webhook from a goroutine of its own, one notice after the other, with no lock held, and each notice once,
// however it ends. What came of it is noted in the state, by which GitLab disables webhooks that fail, and kept as a
// Delivery.
//
//	payload.go, project.go   the JSON of job and pipeline events
//	push.go                  the JSON of pushes
//	deployment.go            the JSON of deployments
//	courier.go               the queues, and who waits for them
//	finding.go               looking for deliveries, and waiting for them
//	missing.go               waiting for what a test wants, and what it is told where nothing of that came
//	request.go               one call: where to, headers, body, what came of it
//	template.go              bodies made from a webhook's own template
package webhooks
