package calltext

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/githttp"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Journal is calls for a person, one line a call. A line between calls says that the clock has moved. A call that
// repeats the one before it, which had failed, is indented below it; many that are alike are one line.
func Journal[E ~string](calls []Call[E]) string {
	var text strings.Builder
	retries := 0
	for i := 0; i < len(calls); i++ {
		c := calls[i]
		if i > 0 {
			text.WriteString(laterLine(calls[i-1], c))
		}
		if i == 0 || !retried(calls[i-1], c) {
			retries = 0
			text.WriteString(c.Line() + "\n")
			continue
		}
		retries++
		fmt.Fprintf(&text, "  %s [retry %d]\n", c.Line(), retries)
		if n := LikeIt(calls[i:]); n > 1 {
			retries, i = retries+n, i+n
			fmt.Fprintf(&text, "    ... %d more like it, up to #%d\n", n, calls[i].Number)
		}
	}
	return text.String()
}

// LikeIt counts the calls after the first that repeat it with the same answer.
func LikeIt[E ~string](calls []Call[E]) int {
	first := calls[0]
	for n, c := range calls[1:] {
		same := c.Status == first.Status && c.Failure == first.Failure && c.Reason == first.Reason
		if !same || !retried(first, c) {
			return n
		}
	}
	return len(calls) - 1
}

// laterLine says that the fake's clock has moved on between two calls, by a second or more; else it is "".
func laterLine[E ~string](before, after Call[E]) string {
	passed := after.Time.Sub(before.Time)
	if before.Time.IsZero() || after.Time.IsZero() || passed < time.Second {
		return ""
	}
	return fmt.Sprintf("-- %s later, at %s\n", passed.Truncate(time.Millisecond), after.Time.Format(time.RFC3339))
}

// Line is the call in the journal: String, and in brackets how much a list has, the reason of a refusal and what else
// is odd about it. Tokens are shortened.
func (c Call[E]) Line() string {
	line := c.String()
	if notes := slices.DeleteFunc([]string{c.listed(), c.Reason}, func(s string) bool { return s == "" }); len(notes) > 0 {
		line += " (" + strings.Join(notes, "; ") + ")"
	}
	if c.Failure {
		line += " " + c.InjectedText()
	}
	answered := c.Status > 0 && c.Status < 400 // who asks whether GitLab is there is answered
	if c.Endpoint == "" && c.Reason == "" && !answered {
		line += " [nothing serves this]"
	}
	if len(c.IgnoredParams) > 0 {
		line += " [nothing reads " + c.Ignored() + "]"
	}
	return journal.ShortenTokens(strings.ReplaceAll(line, "\n", " "))
}

// listed is how much a list has: "0 runners", "20 of 35 runners"; "" for what is no list, or has lost its body.
func (c Call[E]) listed() string {
	var list []json.RawMessage
	isList := c.Method == http.MethodGet && c.Status == http.StatusOK && c.Endpoint != "" &&
		bytes.HasPrefix(c.ResponseBody, []byte("["))
	if !isList || json.Unmarshal(c.ResponseBody, &list) != nil {
		return ""
	}
	kind := ""
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if !strings.HasPrefix(segment, ":") && segment != "all" {
			kind = segment
		}
	}
	kind = cmp.Or(elements[kind], strings.ReplaceAll(kind, "_", " "))
	shown := strconv.Itoa(len(list))
	if total := c.ResponseHeader.Get("X-Total"); total != "" && total != shown {
		return fmt.Sprintf("%s of %s %s", shown, total, kind)
	}
	if len(list) == 1 {
		kind = singular(kind)
	}
	return shown + " " + kind
}

// elements are what a list has whose path names the whole.
var elements = map[string]string{"tree": "tree entries", "diff": "diffs"}

// singular is one of what a list has.
func singular(kind string) string {
	for _, end := range [][2]string{{"ches", "ch"}, {"uses", "us"}, {"ies", "y"}, {"s", ""}} {
		if stem, ok := strings.CutSuffix(kind, end[0]); ok {
			return stem + end[1]
		}
	}
	return kind
}

// InjectedText says that a Failure answered, and which.
func (c Call[E]) InjectedText() string {
	if c.Injected == "" {
		return "[injected failure]"
	}
	return "[failure injected at " + c.Injected + "]"
}

// Ignored names the parameters that nothing read, each with the nearest that the endpoint knows: they are often
// misspelt. One that the endpoint reads beside something else says beside what.
func (c Call[E]) Ignored() string {
	known := gitlab.Parameters(string(c.Endpoint))
	texts := slices.Clone(c.IgnoredParams)
	for i, name := range texts {
		meant, near := nearest.Of(name, known)
		if string(c.Endpoint) == githttp.EndpointReceivePack { // they are push options
			meant, near = gitpack.MeantOption(name)
		}
		if near && meant != name {
			texts[i] += " (did you mean " + meant + "?)"
		}
	}
	return strings.Join(texts, ", ")
}

// retried is whether the second call is the same request again, by the same user, after the first one failed in a way
// that may pass.
func retried[E ~string](first, second Call[E]) bool {
	passing := first.Failure || first.Status == 0 || first.Status == 429 || first.Status >= 500
	return passing && first.Method == second.Method && first.Path == second.Path && first.User == second.User &&
		maps.EqualFunc(first.Query, second.Query, slices.Equal) && bytes.Equal(first.Body, second.Body)
}

// Tally counts calls by endpoint, in the order in which each was first called.
func Tally[E ~string](calls []Call[E]) string {
	var names []string
	counts := map[string]int{}
	for _, c := range calls {
		name := c.Name()
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
	}
	for i, name := range names {
		if counts[name] > 1 {
			names[i] = fmt.Sprintf("%s (%d times)", name, counts[name])
		}
	}
	return strings.Join(names, ", ")
}
