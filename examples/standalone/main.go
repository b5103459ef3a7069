// Standalone is cmd/fakegitlab by its former name.
//
//	go run ./examples/standalone -addr 127.0.0.1:8080 -scenario examples/fixtures/two_teams.json -version 17.2 -real-time
package main

import (
	"os"

	"github.com/fakegitlab/fakegitlab/internal/program"
)

func main() { os.Exit(program.Main(os.Args[1:], os.Stdout, os.Stderr)) }
