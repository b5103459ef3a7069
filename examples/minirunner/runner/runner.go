// Package runner is a GitLab runner of some 500 lines: it takes jobs, fetches their commit, brings the artifacts of
// other jobs, runs the scripts with sh, sends the log while they run, heeds a cancel, keeps artifacts and reports, and
// says how the job ended.
//
//	runner.go     asking for jobs, and keeping GitLab informed
//	job.go        running one
//	sources.go    its commit, by git
//	artifacts.go  what it gets from other jobs, and what it leaves behind
package runner

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// attempts is how often a request is sent at most.
const attempts = 5

// Runner is one runner manager: a machine that asks one GitLab for jobs, one at a time.
type Runner struct {
	API      string // "https://gitlab.example.com/api/v4"
	Token    string // the runner's authentication token
	SystemID string
	HTTP     *http.Client
	Interval time.Duration // from one question for a job to the next, and from one piece of a log to the next
	Backoff  time.Duration // before a failed request is sent again; then twice that, and so on
	Sources  bool          // fetch the job's commit; without, scripts run in an empty directory

	lastUpdate string // what GitLab called the state of its queue, which spares it a second look for nothing
}

// Run takes jobs until the context ends or GitLab does not know the token.
func (r *Runner) Run(ctx context.Context) error {
	if _, err := r.call(ctx, "POST", "/runners/verify", r.identity(), http.StatusOK); err != nil {
		return err
	}
	for {
		took, err := r.Once(ctx)
		if err == nil && !took {
			err = pause(ctx, r.Interval)
		}
		if err != nil {
			return err
		}
	}
}

// features are what this runner can do. GitLab gives a job to no runner that lacks what the job asks for.
var features = map[string]bool{"variables": true, "artifacts": true, "upload_multiple_artifacts": true,
	"upload_raw_artifacts": true, "artifacts_exclude": true, "refspecs": true, "raw_variables": true,
	"return_exit_code": true, "cancelable": true, "multi_build_steps": true}

func (r *Runner) identity() map[string]any {
	return map[string]any{"token": r.Token, "system_id": r.SystemID,
		"info": map[string]any{"name": "minirunner", "executor": "shell", "features": features}}
}

// Once asks for a job and, if there is one, sees it through. That another runner was quicker (409) or that GitLab is
// not well is no error: there is no job for now.
func (r *Runner) Once(ctx context.Context) (took bool, err error) {
	question := r.identity()
	question["last_update"] = r.lastUpdate
	a, err := r.call(ctx, "POST", "/jobs/request", question, http.StatusCreated, http.StatusNoContent)
	r.lastUpdate = cmp.Or(a.header.Get("X-GitLab-Last-Update"), r.lastUpdate)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil && a.status == http.StatusForbidden:
		return false, err
	case err != nil:
		log.Printf("no job for now: %v", err)
		return false, nil
	case a.status == http.StatusNoContent:
		return false, nil
	}
	var j job
	if err := json.Unmarshal(a.body, &j); err != nil {
		return false, err
	}
	return true, r.serve(ctx, &j)
}

// serve runs a job and keeps GitLab informed, also of the end that a runner makes of it that is told to stop.
func (r *Runner) serve(ctx context.Context, j *job) error {
	file, err := os.CreateTemp("", "job-*.log")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	j.log, j.runner = file, r
	script, cancel := context.WithTimeout(ctx, time.Duration(cmp.Or(j.RunnerInfo.Timeout, 3600))*time.Second)
	defer cancel()
	ended := make(chan outcome, 1)
	go func() { ended <- j.run(script) }()

	tick := time.NewTicker(r.Interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if status, err := r.report(ctx, j); err != nil {
				log.Printf("job %d: %v", j.ID, err) // the log waits for the next tick
			} else if status != "running" {
				cancel() // canceled by somebody, or failed by GitLab
			}
		case o := <-ended:
			return r.finish(context.WithoutCancel(ctx), j, o)
		}
	}
}

// report sends what the log has gained or, for want of that, a sign of life. It returns the job's status at GitLab.
func (r *Runner) report(ctx context.Context, j *job) (status string, err error) {
	piece, err := io.ReadAll(io.NewSectionReader(j.log, j.sent, math.MaxInt64-j.sent))
	if err != nil {
		return "", err
	}
	var a answer
	if len(piece) == 0 {
		a, err = r.update(ctx, j, outcome{state: "running"})
	} else {
		header := http.Header{"Job-Token": {j.Token}, "Content-Type": {"text/plain"}}
		header.Set("Content-Range", fmt.Sprintf("%d-%d", j.sent, j.sent+int64(len(piece))-1))
		a, err = r.send(ctx, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), header, piece)
	}
	switch a.status {
	case http.StatusAccepted, http.StatusRequestedRangeNotSatisfiable: // either way GitLab says how much it has
		_, size, _ := strings.Cut(a.header.Get("Range"), "-")
		j.sent, err = strconv.ParseInt(size, 10, 64)
	case http.StatusForbidden: // the job is over
		return cmp.Or(a.header.Get("Job-Status"), "canceled"), nil
	default:
		err = cmp.Or(err, a.unless(http.StatusOK))
	}
	return cmp.Or(a.header.Get("Job-Status"), "running"), err
}

// finish sends the rest of the log and how the job ended, until GitLab has taken it down. A job that is over already,
// which is a 403, needs no telling.
func (r *Runner) finish(ctx context.Context, j *job, o outcome) error {
	for range attempts {
		if !j.hasUnsentLog() {
			break
		}
		if status, err := r.report(ctx, j); err != nil || status != "running" {
			return err
		}
	}
	for {
		a, err := r.update(ctx, j, o)
		if a.status != http.StatusAccepted {
			return err
		}
		if err := pause(ctx, r.Interval); err != nil {
			return err
		}
	}
}

func (r *Runner) update(ctx context.Context, j *job, o outcome) (answer, error) {
	state := map[string]any{"token": j.Token, "state": o.state}
	if o.state == "failed" {
		state["failure_reason"], state["exit_code"] = o.reason, o.exitCode
	}
	return r.call(ctx, "PUT", fmt.Sprintf("/jobs/%d", j.ID), state,
		http.StatusOK, http.StatusAccepted, http.StatusForbidden)
}

// answer is what GitLab answered. The zero value is nothing.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// unless is an error if the status is none of those that are fine.
func (a answer) unless(fine ...int) error {
	if slices.Contains(fine, a.status) {
		return nil
	}
	return fmt.Errorf("GitLab answered %d %s", a.status, a.body)
}

// call sends JSON. Another status than those that are fine is an error.
func (r *Runner) call(ctx context.Context, method, path string, body map[string]any, fine ...int) (answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	a, err := r.send(ctx, method, path,
		http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, raw)
	return a, cmp.Or(err, a.unless(fine...))
}

// send sends a request, and again when the connection breaks or GitLab is not well.
func (r *Runner) send(ctx context.Context, method, path string, header http.Header, body []byte) (a answer, err error) {
	for i := range attempts {
		if i > 0 && pause(ctx, r.Backoff<<(i-1)) != nil {
			return a, ctx.Err()
		}
		if a, err = r.try(ctx, method, path, header, body); err != nil {
			continue
		}
		if a.status < 500 && a.status != http.StatusTooManyRequests {
			return a, nil
		}
		err = a.unless()
	}
	return a, err
}

func (r *Runner) try(ctx context.Context, method, path string, header http.Header, body []byte) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.API+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header = header
	response, err := r.HTTP.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, got}, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
