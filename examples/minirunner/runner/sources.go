package runner

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// gitInfo is where the job's commit is.
type gitInfo struct {
	RepoURL  string   `json:"repo_url"` // with the job's token in it
	SHA      string   `json:"sha"`
	Refspecs []string `json:"refspecs"`
	Depth    int      `json:"depth"` // how many commits to fetch; 0 is all
}

// fetch brings the job's commit into its directory, unless it has GIT_STRATEGY none.
func (j *job) fetch(ctx context.Context) error {
	strategy := j.value("GIT_STRATEGY")
	if strategy == "none" || strategy == "empty" {
		return nil
	}
	get := []string{"fetch", "--quiet", "--no-tags"}
	if j.GitInfo.Depth > 0 {
		get = append(get, fmt.Sprintf("--depth=%d", j.GitInfo.Depth))
	}
	get = append(append(get, j.GitInfo.RepoURL), j.GitInfo.Refspecs...)
	for _, args := range [][]string{{"init", "--quiet"}, get, {"checkout", "--quiet", "--detach", j.GitInfo.SHA}} {
		git := exec.CommandContext(ctx, "git", args...)
		git.Dir = j.sources()
		// Settings of the machine, and somebody to ask for a password, are none of a job's business.
		git.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
		if said, err := git.CombinedOutput(); err != nil {
			text := strings.ReplaceAll(string(said), j.Token, "[MASKED]")
			return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(text))
		}
	}
	fmt.Fprintf(j.log, "Checked out %.8s\n", j.GitInfo.SHA)
	return nil
}
