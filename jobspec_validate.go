package fakegitlab

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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
	if _, err := parseGitLabDuration(text); err != nil {
		c.problems = append(c.problems, placed(path, err))
	}
}

// validate reports every value that GitLab would not take from a .gitlab-ci.yml, each with its place, or nil.
func (s JobSpec) validate() error {
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
		if cache.Key.Key != "" && (cache.Key.Files != nil || cache.Key.Prefix != "") {
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
	kinds := artifactKinds()
	for _, kind := range slices.Sorted(maps.Keys(a.Reports)) {
		path, report := "artifacts.reports."+kind, a.Reports[kind]
		switch {
		case kind == "coverage_report" && (report.CoverageFormat == "" || len(report.Paths) != 1):
			c.addf(path, "needs a coverage_format and one path")
		case kind == "coverage_report":
			c.oneOf(path+".coverage_format", report.CoverageFormat, "cobertura", "jacoco")
		case !kinds[kind].report:
			near := nearest.Closest(kind, append(reportTypes(), "coverage_report"))
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
}

func isJSON(data json.RawMessage, first byte) bool {
	data = bytes.TrimSpace(data)
	return json.Valid(data) && begins(data, first)
}

// parseGitLabDuration reads a duration as GitLab's configuration has it (its chronic_duration library): numbers with
// units, "1h 30m", "3 weeks and 2 days", "1 year"; a bare number is seconds. A month is 30 days, a year 365.25.
func parseGitLabDuration(text string) (time.Duration, error) {
	bad := &specError{text: fmt.Sprintf("%q is not a duration such as \"1h 30m\" or a number of seconds", text)}
	rest := strings.ToLower(text)
	var total float64
	found := false
	for {
		rest = strings.TrimLeft(rest, " ,\t")
		if after, ok := strings.CutPrefix(rest, "and "); ok && found {
			rest = after
			continue
		}
		if rest == "" {
			break
		}
		number, after := leading(rest, "0123456789.")
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return 0, bad
		}
		unit, after := leading(strings.TrimLeft(after, " "), "abcdefghijklmnopqrstuvwxyz")
		if unit == "and" {
			unit, after = "", "and"+after
		}
		seconds, ok := unitSeconds(unit)
		if !ok {
			return 0, bad
		}
		total, rest, found = total+value*seconds, after, true
	}
	if !found || total > float64(1<<62)/float64(time.Second) {
		return 0, bad
	}
	return time.Duration(total * float64(time.Second)), nil
}

// leading cuts the longest prefix of s made of the bytes in set.
func leading(s, set string) (prefix, rest string) {
	rest = strings.TrimLeft(s, set)
	return s[:len(s)-len(rest)], rest
}

func unitSeconds(unit string) (float64, bool) {
	switch unit {
	case "", "s", "sec", "secs", "second", "seconds":
		return 1, true
	case "m", "min", "mins", "minute", "minutes":
		return 60, true
	case "h", "hr", "hrs", "hour", "hours":
		return 3600, true
	case "d", "day", "days":
		return 86400, true
	case "w", "wk", "wks", "week", "weeks":
		return 7 * 86400, true
	case "mo", "mos", "mon", "mons", "month", "months":
		return 30 * 86400, true
	case "y", "yr", "yrs", "year", "years":
		return 365.25 * 86400, true
	}
	return 0, false
}
