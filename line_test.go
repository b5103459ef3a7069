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
		"Inject":        func(gl *fakegitlab.Fake) { gl.Inject(fakegitlab.Failure{Endpoint: "GET /runner", Status: 503}) },
		"AddRunner":     func(gl *fakegitlab.Fake) { gl.AddRunner(fakegitlab.Runner{Projects: []string{"x/y"}}) },
		"UpdateRunner":  func(gl *fakegitlab.Fake) { gl.UpdateRunner(7, func(*fakegitlab.Runner) {}) },
		"DeleteRunner":  func(gl *fakegitlab.Fake) { gl.DeleteRunner(7) },
		"Token":         func(gl *fakegitlab.Fake) { gl.Token("mia") },
		"ClientAs":      func(gl *fakegitlab.Fake) { gl.ClientAs("mia") },
		"StartJob":      func(gl *fakegitlab.Fake) { gl.StartJob(7, 8) },
		"JobRun":        func(gl *fakegitlab.Fake) { gl.JobRun(7) },
		"PostponeFinal": func(gl *fakegitlab.Fake) { jobIn(gl).PostponeFinal(-1) },
		"RejectLog":     func(gl *fakegitlab.Fake) { jobIn(gl).RejectLog(-1) },
		"Handle":        func(gl *fakegitlab.Fake) { gl.Handle(fakegitlab.GetVersion, nil) },
		"Advance":       func(gl *fakegitlab.Fake) { gl.Advance(-1) },
		"Before":        func(gl *fakegitlab.Fake) { gl.Before("GET /runner", func(fakegitlab.Call) {}) },
		"Hold":          func(gl *fakegitlab.Fake) { gl.Hold("GET /runner") },
		"Calls":         func(gl *fakegitlab.Fake) { gl.Calls("GET /runner") },
		"Settings":      func(gl *fakegitlab.Fake) { gl.UpdateSettings(nil) },
	}
	if mistake := mistakes[os.Getenv(whichMistake)]; mistake != nil {
		mistake(fakegitlab.New(t, fakegitlab.WithInMemoryNetwork()))
		return
	}
	for name := range mistakes {
		t.Run(name, func(t *testing.T) { reportedHere(t, "TestMistakesAreReportedWhereTheyAreMade", name) })
	}
}

// What the runs of ForEachVersion and Sweep report has the line that called these, be it at the end of a run.
func TestRunsReportWhereTheyAreAskedFor(t *testing.T) {
	stray := func(_ *testing.T, gl *fakegitlab.Fake) {
		if res, err := gl.Client().Get(gl.APIURL() + "/runner"); err == nil {
			_ = res.Body.Close()
		}
	}
	mistakes := map[string]func(){
		"a version":   func() { fakegitlab.ForEachVersion(t, []string{"15.0"}, stray) },
		"no version":  func() { fakegitlab.ForEachVersion(t, nil, stray) },
		"its end":     func() { fakegitlab.ForEachVersion(t, []string{"16.0"}, stray) },
		"WithVersion": func() { fakegitlab.ForEachVersion(t, []string{"16.0"}, stray, fakegitlab.WithVersion("17.2")) },
		"Sweep":       func() { fakegitlab.Sweep(t, stray) },
	}
	if mistake := mistakes[os.Getenv(whichMistake)]; mistake != nil {
		mistake()
		return
	}
	for name := range mistakes {
		t.Run(name, func(t *testing.T) { reportedHere(t, "TestRunsReportWhereTheyAreAskedFor", name) })
	}
}

func jobIn(gl *fakegitlab.Fake) *fakegitlab.JobRun {
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	return gl.JobRun(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID)
}

// whichMistake names the mistake that a test is to make, when it is run to see where that is reported.
const whichMistake = "FAKEGITLAB_TEST_MISTAKE"

// reportedHere runs a test that makes a mistake, and looks at each line that names a place: only of this file may it be.
func reportedHere(t *testing.T, test, mistake string) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+test+"$")
	cmd.Env = append(os.Environ(), whichMistake+"="+mistake)
	out, err := cmd.CombinedOutput()
	assert.Error(t, err)
	reported := regexp.MustCompile(`(?m)^ +(\w+\.go):\d+: fakegitlab: `).FindAllStringSubmatch(string(out), -1)
	assert.NotEmpty(t, reported, string(out))
	for _, line := range reported {
		assert.Equal(t, "line_test.go", line[1], string(out))
	}
}
