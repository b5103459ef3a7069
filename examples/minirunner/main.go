// Minirunner is a GitLab runner of some 250 lines: it takes jobs, runs their scripts with sh in an empty directory,
// sends the log while they run, heeds a cancel, and says how they ended. It fetches no sources and keeps no artifacts.
// It is here for its tests, which show how to test a runner without GitLab.
//
//	go run ./examples/minirunner -url https://gitlab.example.com -token glrt-...
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	gitlab := flag.String("url", "https://gitlab.com", "GitLab's `URL`")
	token := flag.String("token", os.Getenv("RUNNER_TOKEN"),
		"the runner's authentication `token`; by default $RUNNER_TOKEN")
	system := flag.String("system-id", "s_minirunner", "`id` that tells this machine from others with the same token")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	r := &runner{
		api: strings.TrimSuffix(*gitlab, "/") + "/api/v4", token: *token, systemID: *system,
		http: &http.Client{Timeout: time.Minute}, interval: 3 * time.Second, backoff: time.Second,
	}
	if err := r.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}
