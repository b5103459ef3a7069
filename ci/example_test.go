package ci_test

import (
	"encoding/json"
	"fmt"

	"github.com/fakegitlab/fakegitlab/ci"
)

func Example() {
	var spec ci.JobSpec
	err := json.Unmarshal([]byte(`{
		"image": "golang:1.25",
		"script": ["go build ./...", "go test ./..."],
		"timeout": "1h 30m",
		"retry": 2
	}`), &spec)
	fmt.Println(err, spec.Image.Name, len(spec.Script), spec.Timeout, spec.Retry.Max)

	fmt.Println(json.Unmarshal([]byte(`{"scirpt": "make", "artifacts": {"when": "sometimes"}}`), &spec))
	// Output:
	// <nil> golang:1.25 2 1h30m0s 2
	// scirpt: unknown keyword, did you mean "script"?
	// artifacts.when: "sometimes" is not one of on_success, on_failure, always
}

func ExampleParseDuration() {
	d, err := ci.ParseDuration("2 hrs 20 min")
	fmt.Println(d, err)
	// Output: 2h20m0s <nil>
}
