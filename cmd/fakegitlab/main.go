// Fakegitlab serves a fake GitLab to programs in any language, with the control API and the page of WithControl on.
//
//	go run ./cmd/fakegitlab -addr 127.0.0.1:8080 -scenario examples/fixtures/two_teams.json -version 17.2 -real-time
//
// docs/other-languages.md has the flags; -h prints them.
package main

import (
	"os"
	_ "time/tzdata" // for the time zones of scenarios, where the machine has no database of them, as in an empty container

	"github.com/fakegitlab/fakegitlab/internal/program"
)

func main() { os.Exit(program.Main(os.Args[1:], os.Stdout, os.Stderr)) }
