package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
)

// job is what POST /jobs/request answers, as far as this runner reads it.
type job struct {
	ID         int    `json:"id"`
	Token      string `json:"token"`
	RunnerInfo struct {
		Timeout int `json:"timeout"` // seconds
	} `json:"runner_info"`
	Variables []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"variables"`
	Steps []struct {
		Script []string `json:"script"`
		When   string   `json:"when"` // "always" for after_script
	} `json:"steps"`

	log  *os.File
	sent int64 // how many bytes of the log GitLab has
}

func (j *job) hasUnsentLog() bool {
	info, err := j.log.Stat()
	return err == nil && info.Size() > j.sent
}

// outcome is how a job ended, in GitLab's words.
type outcome struct {
	state, reason string
	exitCode      int
}

// run runs the job's scripts until ctx ends. The after_script has no say in how the job ended.
func (j *job) run(ctx context.Context) outcome {
	dir, err := os.MkdirTemp("", "job-")
	if err != nil {
		return outcome{"failed", "runner_system_failure", 0}
	}
	defer os.RemoveAll(dir)
	result := outcome{state: "success"}
	for _, step := range j.Steps {
		o := j.execute(ctx, strings.Join(step.Script, "\n"), dir)
		if o.state == "failed" && step.When != "always" {
			result = o
		}
	}
	return result
}

func (j *job) execute(ctx context.Context, script, dir string) outcome {
	sh := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	sh.Dir, sh.Env, sh.Stdout, sh.Stderr = dir, os.Environ(), j.log, j.log
	for _, v := range j.Variables {
		sh.Env = append(sh.Env, v.Key+"="+v.Value)
	}
	err := sh.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return outcome{state: "success"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return outcome{"failed", "job_execution_timeout", 0}
	case ctx.Err() == nil && errors.As(err, &exit):
		return outcome{"failed", "script_failure", exit.ExitCode()}
	}
	return outcome{"failed", "runner_system_failure", 0}
}
