package rest_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// recorded is one request that an unmodified gitlab-runner sent, and how the server that it spoke to answered.
type recorded struct {
	Scenario, Method, Path string
	Headers                map[string]string
	Body                   json.RawMessage
	Status                 int `json:"stub_status"`
}

func readTraffic(t *testing.T, file string) []recorded {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var all []recorded
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r recorded
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		all = append(all, r)
	}
	return all
}

// replay sends recorded requests to a fake in which what they name exists.
type replay struct {
	gl    *fg.Fake
	info  json.RawMessage   // the last that was recorded in full
	names map[string]string // tokens of the recording, as the fake made them
}

// body is the recorded body: its info filled in, its tokens this fake's, and of a log what was cut off in the
// recording.
func (p *replay) body(t *testing.T, r recorded) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if json.Unmarshal(r.Body, &fields) == nil {
		if info := fields["info"]; len(info) > 0 && info[0] == '{' {
			p.info = info
		} else if info != nil {
			fields["info"] = p.info
		}
		raw, err := json.Marshal(fields)
		require.NoError(t, err)
		text := string(raw)
		for theirs, ours := range p.names {
			text = strings.ReplaceAll(text, `"`+theirs+`"`, `"`+ours+`"`)
		}
		return text
	}
	var text string
	require.NoError(t, json.Unmarshal(r.Body, &text))
	if n, err := strconv.Atoi(r.Headers["Content-Length"]); err == nil && n > len(text) {
		text += strings.Repeat(".", n-len(text))
	}
	return text
}

func (p *replay) send(t *testing.T, r recorded) testkit.Reply {
	t.Helper()
	var headers []string
	for name, value := range r.Headers {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			headers = append(headers, name, value)
		}
	}
	return testkit.Send(t, p.gl, r.Method, strings.TrimPrefix(r.Path, "/api/v4"), strings.NewReader(p.body(t, r)),
		headers...)
}

// between is what happens on GitLab's side in a scenario after that many of its requests.
func (p *replay) between(scenario string, sent int) {
	job := map[string]int{"fail": 2001, "cancel": 2002, "canceling": 2003, "slow": 2004, "run": 2005}[scenario]
	wanted := 0
	if scenario == "run" {
		wanted = 2 // two requests for a job come to nothing before
	}
	if job != 0 && sent == wanted {
		p.gl.AddJob(fg.Job{ID: job, Token: "jobtok" + strconv.Itoa(job), Project: "acme/shop"})
	}
	if j, ok := p.gl.Job(job); ok && j.Trace != "" && j.Status == fg.JobRunning &&
		(scenario == "cancel" || scenario == "canceling") {
		p.gl.CancelJob(job)
		if scenario == "cancel" {
			p.gl.FinishJob(job, fg.JobCanceled) // by force: the runner is not waited for
		}
	}
}

// TestTrafficOfGitLabRunner replays what gitlab-runner really sends. A job that is canceled by force answers 403 from
// then on, which tells a runner to stop; all else is answered as the runner was when it went on.
func TestTrafficOfGitLabRunner(t *testing.T) {
	for version, file := range map[string]string{"17.5": "gitlab-runner-17.5.jsonl", "18.6": "gitlab-runner-19.4.jsonl"} {
		t.Run(file, func(t *testing.T) {
			gl := fg.New(t, fg.WithVersion(version))
			gl.AddProject(fg.Project{Path: "acme/shop", RegistrationToken: "GR1348941abc"})
			r := gl.AddRunner(fg.Runner{Token: "glrt-0123456789abcdefghij", Projects: []string{"acme/shop"}})
			p := &replay{gl: gl, names: map[string]string{}}
			sent := map[string]int{}
			for i, request := range readTraffic(t, testkit.Path("testdata/traffic/"+file)) {
				p.between(request.Scenario, sent[request.Scenario])
				sent[request.Scenario]++
				got := p.send(t, request)
				want := request.Status
				if got.Header.Get("Job-Status") == "canceled" && request.Scenario == "cancel" {
					want = 403
				}
				assert.Equal(t, want, got.Status, "request %d (%s): %s %s: %s", i+1, request.Scenario, request.Method,
					request.Path, got.Body)
				switch {
				case request.Path == "/api/v4/runners" && request.Method == "POST":
					p.names["stubRegTok101"] = got.JSON(t)["token"].(string)
				case strings.HasSuffix(request.Path, "/reset_authentication_token"):
					p.names[lastToken(t, file)] = got.JSON(t)["token"].(string)
				}
			}
			for id, want := range map[int]fg.JobStatus{2001: fg.JobFailed, 2002: fg.JobCanceled, 2003: fg.JobCanceled,
				2004: fg.JobSuccess, 2005: fg.JobSuccess} {
				gl.AssertJobStatus(t, id, want)
			}
			failed, _ := gl.Job(2001)
			assert.Equal(t, "script_failure", failed.FailureReason)
			assert.Contains(t, gl.JobRun(2003).States(), fg.JobCanceling)
			stored, _ := gl.Runner(r.ID)
			require.Len(t, stored.Managers, 1, "the last request unregistered the runner's own")
			assert.Equal(t, "<legacy>", stored.Managers[0].SystemID, "a reset comes without a system id")
		})
	}
}

// lastToken is the token that the recording goes on with after it was reset.
func lastToken(t *testing.T, file string) string {
	all := readTraffic(t, testkit.Path("testdata/traffic/"+file))
	var fields struct{ Token string }
	require.NoError(t, json.Unmarshal(all[len(all)-1].Body, &fields))
	return fields.Token
}
