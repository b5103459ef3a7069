// Package peers measures fakegitlab beside other test doubles that are servers in the test's own process: what starting
// one costs, and what a call costs that reads one thing. It is a module of its own, as the others bring hundreds of
// modules with them:
//
//	cd examples/peers && GOWORK=off go test -run '^$' -bench . -benchtime 500x
package peers
