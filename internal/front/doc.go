// Package front is what stands before every endpoint of a GitLab: it reads a request, finds out who calls and what is
// asked, lets the endpoint answer, and sends the answer.
//
// A request passes the files of this package in this order:
//
//	request.go                           NewRequest: the request with the Site that it came to
//	routing.go: find                     which endpoint is it? The Protocol that the path belongs to says it
//	                                     (route.go, table.go and router.go are what protocols hold endpoints in;
//	                                     found.go finds those of REST by Grape's rules)
//	cors.go: preflight                   a browser that only asks is answered here
//	receive.go                           Receive: body and parameters                           400, 413, 415
//	                                     here a route with a language of its own reads what it is asked (Route.Reads)
//	credentials.go: Identify             whose credentials came? nobody is refused yet
//	                                     (where nobody looks, Answer does that on its way)
//	                                     here whoever embeds this GitLab may look at the Record, wait, or answer instead
//	answer.go                            Answer: the rest, with the state's mutex held
//	  monitoring.go                        is GitLab well?                                      200
//	  routing.go: unserved                 no endpoint serves it: the Protocol says what then  404, 406, 410
//	  polling.go                           Workhorse lets it wait, without the mutex            204, 413
//	  throttle.go                          too many requests, of whatever kind                  429
//	  auth.go, auth_job.go, sudo.go,       who is it, and may the token?                        401, 403
//	  scopes.go, signin.go, git.go
//	                                       here is the endpoint's before block
//	  answer.go: validate                  the parameters as the endpoint declares them         400
//	  stream.go, upload.go                 a body of any size, read without the mutex
//	                                       here is the endpoint's handler
//	  standing.go                          which asks: may the user?                            403
//	response.go                          what handlers and stages return
//	render.go                            Sending: headers (heads.go), bytes and ETag (bodies.go)
//
// shown.go is what every protocol shows alike, statuses.go and statuses_jobs.go how they show statuses,
// test_reports.go what tests came to, pages.go what
// the protocols of a few paths beside the REST API have in common, added.go the endpoints that a test serves itself.
//
// It knows nothing of what an endpoint does, nor of the ways of one protocol to name endpoints: that is in the Routes
// and the Protocol of a package above. Which protocols there are, internal/gitlab knows.
package front
