package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// job is what POST /jobs/request answers, as far as this runner reads it.
type job struct {
	ID         int    `json:"id"`
	Token      string `json:"token"`
	RunnerInfo struct {
		Timeout int `json:"timeout"` // seconds
	} `json:"runner_info"`
	GitInfo   gitInfo    `json:"git_info"`
	Variables []variable `json:"variables"`
	Steps     []struct {
		Script []string `json:"script"`
		When   string   `json:"when"` // "always" for after_script
	} `json:"steps"`
	Artifacts    []artifact   `json:"artifacts"`
	Dependencies []dependency `json:"dependencies"`

	runner *Runner
	log    *os.File
	sent   int64  // how many bytes of the log GitLab has
	dir    string // all that belongs to the job; the sources are below it
}

type variable struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	File  bool   `json:"file"`
	Raw   bool   `json:"raw"`
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

var systemFailure = outcome{"failed", "runner_system_failure", 0}

// sources is the directory that scripts run in.
func (j *job) sources() string { return filepath.Join(j.dir, "sources") }

// run does all that a job asks for until ctx ends. The after_script has no say in how the job ended.
func (j *job) run(ctx context.Context) outcome {
	dir, err := os.MkdirTemp("", "job-")
	if err != nil {
		return systemFailure
	}
	defer os.RemoveAll(dir)
	j.dir = dir
	err = errors.Join(os.Mkdir(j.sources(), 0o700), os.Mkdir(filepath.Join(dir, "variables"), 0o700))
	if err == nil && j.runner.Sources {
		err = j.fetch(ctx)
	}
	if err == nil {
		err = j.download(ctx)
	}
	if err != nil {
		fmt.Fprintln(j.log, "ERROR:", err)
		return j.stopped(ctx, systemFailure)
	}
	result := j.scripts(ctx)
	if ctx.Err() != nil {
		return result
	}
	if err := j.upload(ctx, result.state == "success"); err != nil {
		fmt.Fprintln(j.log, "ERROR:", err)
		return systemFailure
	}
	return result
}

func (j *job) scripts(ctx context.Context) outcome {
	result := outcome{state: "success"}
	for _, step := range j.Steps {
		o := j.execute(ctx, strings.Join(step.Script, "\n"))
		if o.state == "failed" && step.When != "always" {
			result = o
		}
	}
	return result
}

// stopped is an outcome, unless the job's time was up.
func (j *job) stopped(ctx context.Context, o outcome) outcome {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return outcome{"failed", "job_execution_timeout", 0}
	}
	return o
}

func (j *job) execute(ctx context.Context, script string) outcome {
	sh := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	sh.Dir, sh.Env, sh.Stdout, sh.Stderr = j.sources(), j.environment(), j.log, j.log
	err := sh.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return outcome{state: "success"}
	case ctx.Err() == nil && errors.As(err, &exit):
		return outcome{"failed", "script_failure", exit.ExitCode()}
	}
	return j.stopped(ctx, systemFailure)
}

// environment is this process's with the job's variables: those of type file are files, and those in the values of
// others are replaced.
func (j *job) environment() []string {
	values := map[string]string{}
	all := append([]variable{{Key: "CI_PROJECT_DIR", Value: j.sources(), Raw: true}}, j.Variables...)
	for _, v := range all {
		values[v.Key] = v.Value
	}
	env := os.Environ()
	for _, v := range all {
		value := v.Value
		if !v.Raw {
			value = os.Expand(value, func(name string) string { return values[name] })
		}
		if v.File {
			path := filepath.Join(j.dir, "variables", v.Key)
			if os.WriteFile(path, []byte(value), 0o600) == nil {
				value = path
			}
		}
		env = append(env, v.Key+"="+value)
	}
	return env
}

// value is that of a variable of the job.
func (j *job) value(key string) string {
	for _, v := range slices.Backward(j.Variables) {
		if v.Key == key {
			return v.Value
		}
	}
	return ""
}
