package docs_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/fakegitlab/fakegitlab"
)

// removeRunner is the code under test: it deletes a runner and tries once more when GitLab is not there.
func removeRunner(client *http.Client, apiURL string, id int) error {
	req, err := http.NewRequest(http.MethodDelete, fmt.Sprintf("%s/runners/%d", apiURL, id), nil)
	if err != nil {
		return err
	}
	for range 2 {
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode == http.StatusNoContent {
			return nil
		}
	}
	return fmt.Errorf("runner %d is still there", id)
}

func TestRemoveRunnerSurvivesAnOutage(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	old := gl.AddRunner(fakegitlab.Runner{Description: "old", Projects: []string{"acme/shop"}})
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.DeleteRunner, Status: 503, Times: 1})

	if err := removeRunner(gl.ClientAs("mia"), gl.APIURL(), old.ID); err != nil {
		t.Error(err)
	}

	gl.AssertRunnerGone(t, old.ID)
	gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.By("mia"), fakegitlab.Times(2))
}
