// Package front is what stands before every endpoint of a GitLab: it reads a request, finds out who calls and what is
// asked, lets the endpoint answer, and sends the answer.
//
// A request passes the files of this package in this order:
//
//	request.go                           NewRequest: the request with the Site that it came to
//	routing.go: findRoute                which endpoint is it? (route.go, table.go and router.go hold the endpoints)
//	cors.go: preflight                   a browser that only asks is answered here
//	receive.go                           Receive: body and parameters                           400, 413, 415
//	credentials.go: identify             whose credentials came? nobody is refused yet
//	                                     here whoever embeds this GitLab may look at the Record, wait, or answer instead
//	answer.go                            Answer: the rest, with the state's mutex held
//	  monitoring.go                        is GitLab well?                                      200
//	  routing.go: unrouted                 no endpoint serves it                                404, 406, 410
//	  polling.go                           Workhorse lets it wait, without the mutex            204, 413
//	  throttle.go                          too many requests, of whatever kind                  429
//	  auth.go, auth_job.go, sudo.go,       who is it, and may the token?                        401, 403
//	  scopes.go
//	                                       here is the endpoint's before block
//	  answer.go: validate                  the parameters as the endpoint declares them         400
//	  stream.go, upload.go                 a body of any size, read without the mutex
//	                                       here is the endpoint's handler
//	  standing.go                          which asks: may the user?                            403
//	response.go                          what handlers and stages return
//	render.go                            Sending: headers, ETag, bytes
//
// It knows nothing of what an endpoint does: that is in the Routes of a Table, which a package above makes.
package front
