package ci

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// specCheck collects the problems of values that have the right form.
type specCheck struct{ problems []error }

func (c *specCheck) addf(path, format string, args ...any) {
	c.problems = append(c.problems, &specError{path: path, text: fmt.Sprintf(format, args...)})
}

// oneOf wants value, unless empty, to be among allowed.
func (c *specCheck) oneOf(path, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.addf(path, "%q is not one of %s", value, strings.Join(allowed, ", "))
	}
}

// duration wants text, unless empty or "never", to be a duration.
func (c *specCheck) duration(path, text string) {
	if text == "" || strings.EqualFold(text, "never") {
		return
	}
	if _, err := ParseDuration(text); err != nil {
		c.problems = append(c.problems, placed(path, err))
	}
}

// Validate reports every value that GitLab would not take from a .gitlab-ci.yml, each with its place, or nil.
func (s JobSpec) Validate() error {
	var c specCheck
	if s.Image != nil {
		c.container("image", s.Image.Name, s.Image.Ports, s.Image.PullPolicy)
	}
	for i, service := range s.Services {
		c.container(indexed("services", i), service.Name, service.Ports, service.PullPolicy)
	}
	if s.Artifacts != nil {
		c.artifacts(*s.Artifacts)
	}
	for i, cache := range s.Cache {
		c.oneOf(indexed("cache", i)+".policy", cache.Policy, "pull-push", "push", "pull")
		if cache.Key.Key != "" && cache.Key.OfFiles() {
			c.addf(indexed("cache", i)+".key", "is either a string or made of files and a prefix")
		}
		c.oneOf(indexed("cache", i)+".when", cache.When, "on_success", "on_failure", "always")
	}
	for i, need := range s.Needs {
		if need.Job == "" {
			c.addf(indexed("needs", i), "names no job")
		}
	}
	if s.Timeout < 0 {
		c.addf("timeout", "must not be negative")
	}
	if s.AllowFailure.Always && s.AllowFailure.ExitCodes != nil {
		c.addf("allow_failure", "is either always or for exit_codes")
	}
	if s.Retry.Max < 0 || s.Retry.Max > 2 {
		c.addf("retry.max", "must be 0, 1 or 2, not %d", s.Retry.Max)
	}
	if n := len(s.Coverage); n > 0 && (n < 2 || s.Coverage[0] != '/' || s.Coverage[n-1] != '/') {
		c.addf("coverage", "must be a regular expression between slashes")
	}
	c.oneOf("environment.action", s.Environment.Action, "start", "stop", "prepare", "verify", "access")
	if s.Run != nil && !isJSON(s.Run, '[') {
		c.addf("run", "must be a list of steps")
	}
	for _, variable := range s.Variables {
		if variable.Key == "" {
			c.addf("variables", "a variable without a name")
		}
	}
	for _, input := range s.Inputs {
		c.input(input)
	}
	return errors.Join(c.problems...)
}

func indexed(name string, index int) string { return name + "[" + strconv.Itoa(index) + "]" }

func (c *specCheck) container(path, name string, ports []Port, policies []string) {
	if name == "" {
		c.addf(path, "needs a name")
	}
	for i, port := range ports {
		if port.Number < 1 || port.Number > 65535 {
			c.addf(path+"."+indexed("ports", i), "must be a number from 1 to 65535")
		}
		c.oneOf(path+"."+indexed("ports", i)+".protocol", port.Protocol, "http", "https")
	}
	for _, policy := range policies {
		c.oneOf(path+".pull_policy", policy, "always", "if-not-present", "never")
	}
}

func (c *specCheck) artifacts(a JobArtifacts) {
	c.oneOf("artifacts.when", a.When, "on_success", "on_failure", "always")
	c.oneOf("artifacts.access", a.Access, "all", "developer", "maintainer", "none")
	c.duration("artifacts.expire_in", a.ExpireIn)
	kinds := ReportTypes()
	for _, kind := range slices.Sorted(maps.Keys(a.Reports)) {
		path, report := "artifacts.reports."+kind, a.Reports[kind]
		_, known := kinds[kind]
		switch {
		case kind == "coverage_report" && (report.CoverageFormat == "" || len(report.Paths) != 1):
			c.addf(path, "needs a coverage_format and one path")
		case kind == "coverage_report":
			c.oneOf(path+".coverage_format", report.CoverageFormat, "cobertura", "jacoco")
		case !known:
			near := nearest.Closest(kind, append(slices.Sorted(maps.Keys(kinds)), "coverage_report"))
			c.addf(path, "unknown kind of report, did you mean %q?", near)
		case report.CoverageFormat != "":
			c.addf(path, "coverage_format belongs to coverage_report alone")
		}
	}
}

// input wants a value of the announced type: a runner cannot decode a job with another.
func (c *specCheck) input(in JobInput) {
	path := "inputs." + in.Name
	c.oneOf(path+".type", in.Type, "string", "number", "boolean", "array")
	first := map[string]string{"": `"`, "string": `"`, "number": "-0123456789", "boolean": "tf", "array": "["}[in.Type]
	if value := bytes.TrimSpace(in.Value); !json.Valid(value) || !strings.Contains(first, string(value[:1])) {
		c.addf(path+".default", "must be a %s", cmp.Or(in.Type, "string"))
	}
	if _, err := regexp.Compile(in.Regex); err != nil {
		c.addf(path+".regex", "must be a regular expression: %v", err)
	}
	for i, option := range in.Options {
		if !json.Valid(option) {
			c.addf(path+"."+indexed("options", i), "must be JSON")
		}
	}
}

func isJSON(data json.RawMessage, first byte) bool {
	data = bytes.TrimSpace(data)
	return json.Valid(data) && begins(data, first)
}
