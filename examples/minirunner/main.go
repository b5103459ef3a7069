// Minirunner is a small GitLab runner: it fetches the commit of a job by git, brings artifacts, runs the scripts with
// sh, sends the log while they run, heeds a cancel, keeps artifacts, and says how the job ended. It is here for its
// tests, which show how to test a runner without GitLab, and for examples/pipeline, which runs whole pipelines with it.
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

	"github.com/fakegitlab/fakegitlab/examples/minirunner/runner"
)

func main() {
	gitlab := flag.String("url", "https://gitlab.com", "GitLab's `URL`")
	token := flag.String("token", os.Getenv("RUNNER_TOKEN"),
		"the runner's authentication `token`; by default $RUNNER_TOKEN")
	system := flag.String("system-id", "s_minirunner", "`id` that tells this machine from others with the same token")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	r := &runner.Runner{
		API: strings.TrimSuffix(*gitlab, "/") + "/api/v4", Token: *token, SystemID: *system, Sources: true,
		HTTP: &http.Client{Timeout: time.Minute}, Interval: 3 * time.Second, Backoff: time.Second,
	}
	if err := r.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}
