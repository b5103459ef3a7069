package world

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

var (
	firstNumber = regexp.MustCompile(`\d+(\.\d+)?`)
	// logTimestamp is what a runner puts before each line of a log with times.
	logTimestamp = regexp.MustCompile(`\d{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z ` +
		`[0-9a-f]{2}[EO][+ ]`)
)

// timestampLength is the length of what logTimestamp matches, in bytes.
const timestampLength = 32

// findCoverage takes the job's coverage out of its log, by the regular expression of its keyword coverage. What was
// known before stays if the log says nothing (app/workers/ci/build_finished_worker.rb, update_coverage).
func (j *Job) findCoverage() {
	pattern := strings.TrimSuffix(strings.TrimPrefix(j.Spec.Coverage, "/"), "/")
	if pattern == "" {
		return
	}
	re, err := regexp.Compile(pattern) // GitLab's are RE2's, as Go's are
	if err != nil {
		return
	}
	if percent, found := coverageIn(j.Log.Bytes(), re); found {
		j.Coverage = &percent
	}
}

// coverageIn is the number in the last match of a log that has one: of the last line first, in a line the last match,
// and of an expression with groups the last group of it (lib/gitlab/ci/trace/stream.rb, extract_coverage).
func coverageIn(log []byte, re *regexp.Regexp) (percent float64, found bool) {
	head, _, _ := bytes.Cut(log, []byte("\n"))
	timestamped := logTimestamp.Match(head)
	for rest := log; len(rest) > 0; {
		start := bytes.LastIndexByte(bytes.TrimSuffix(rest, []byte("\n")), '\n') + 1
		line := bytes.TrimRight(rest[start:], "\r\n")
		rest = rest[:start]
		if timestamped {
			line = line[min(timestampLength, len(line)):]
		}
		matches := re.FindAllSubmatch(line, -1)
		if len(matches) == 0 {
			continue
		}
		last := matches[len(matches)-1]
		group := last[len(last)-1]
		if group == nil {
			return 0, false // GitLab fails on a group that took no part, and gives up
		}
		if number := firstNumber.Find(group); number != nil {
			percent, err := strconv.ParseFloat(string(number), 64)
			return percent, err == nil
		}
	}
	return 0, false
}
