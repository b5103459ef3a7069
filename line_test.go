package fakegitlab_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
)

// A mistake is reported at the line of the test that made it, which is seen only from outside.
func TestMistakesAreReportedWhereTheyAreMade(t *testing.T) {
	mistakes := map[string]func(*fakegitlab.Fake){
		"Inject":       func(gl *fakegitlab.Fake) { gl.Inject(fakegitlab.Failure{Endpoint: "GET /runner", Status: 503}) },
		"AddRunner":    func(gl *fakegitlab.Fake) { gl.AddRunner(fakegitlab.Runner{Projects: []string{"x/y"}}) },
		"UpdateRunner": func(gl *fakegitlab.Fake) { gl.UpdateRunner(7, func(*fakegitlab.Runner) {}) },
		"DeleteRunner": func(gl *fakegitlab.Fake) { gl.DeleteRunner(7) },
		"Token":        func(gl *fakegitlab.Fake) { gl.Token("mia") },
		"ClientAs":     func(gl *fakegitlab.Fake) { gl.ClientAs("mia") },
		"StartJob":     func(gl *fakegitlab.Fake) { gl.StartJob(7, 8) },
		"JobRun":       func(gl *fakegitlab.Fake) { gl.JobRun(7) },
		"Handle":       func(gl *fakegitlab.Fake) { gl.Handle(fakegitlab.GetVersion, nil) },
		"Advance":      func(gl *fakegitlab.Fake) { gl.Advance(-1) },
		"Before":       func(gl *fakegitlab.Fake) { gl.Before("GET /runner", func(fakegitlab.Call) {}) },
		"Hold":         func(gl *fakegitlab.Fake) { gl.Hold("GET /runner") },
		"Calls":        func(gl *fakegitlab.Fake) { gl.Calls("GET /runner") },
		"Settings":     func(gl *fakegitlab.Fake) { gl.UpdateSettings(nil) },
	}
	const which = "FAKEGITLAB_TEST_MISTAKE"
	if mistake := mistakes[os.Getenv(which)]; mistake != nil {
		mistake(fakegitlab.New(t, fakegitlab.WithInMemoryNetwork()))
		return
	}
	for name := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run", "^TestMistakesAreReportedWhereTheyAreMade$")
			cmd.Env = append(os.Environ(), which+"="+name)
			out, err := cmd.CombinedOutput()
			assert.Error(t, err)
			assert.Regexp(t, regexp.MustCompile(`(?m)^ +line_test\.go:\d+: fakegitlab: `), string(out))
		})
	}
}
