package testkit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

var updateStories = flag.Bool("update-stories", false, "write what is answered in the files of stories anew")

// PlayStories plays the stories of a package, those in its testdata/stories, each on a fake of its own: of 17.2, unless
// the file's name ends with another version, as in later_18.5.txt.
func PlayStories(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob("testdata/stories/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			_, version, _ := strings.Cut(name, "_")
			playStory(t, fakegitlab.New(t, fakegitlab.WithScenario(storyWorld()), fakegitlab.WithInMemoryNetwork(),
				fakegitlab.WithVersion(cmp.Or(version, "17.2"))), file)
		})
	}
}

// playStory makes the requests of a file, one after the other, and holds each answer to what stands below it, whole:
// its status, how many there are on all pages, the reason of a refusal, and the body. A line of it is
//
//	mia POST /groups {"path": "new"}    a user, or nobody; the method; the path below /api/v4; a body, if there is one
//	mia:read_api,read_user GET /user    a user with a token of these scopes
//	mia GRAPHQL { currentUser { id } }  a document
//	mia GET /runners | id status        of the answer, or of each element of it, no more than these fields
//	wait 1h                             time passes
//	workers                             GitLab's workers do what is due
//	with If-Unmodified-Since: DATE      the request of the next line has this header, too
//	# anything                          a remark
//
// and what is answered is indented. With -update-stories it is written anew.
func playStory(t *testing.T, gl *fakegitlab.Fake, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var played strings.Builder
	wanted := map[int]string{} // by where the answer begins in what was played
	var lines, asked []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "\t") {
			lines = append(lines, line)
			continue
		}
		wanted[len(lines)] += line
	}
	header := ""
	for i, line := range lines {
		played.WriteString(line)
		got, next := "", ""
		if given, ok := strings.CutPrefix(strings.TrimSpace(line), "with "); ok {
			next = given
		} else {
			got = playLine(t, gl, strings.TrimSpace(line), header)
		}
		header = next
		if got != wanted[i+1] && !*updateStories {
			t.Errorf("%s\n%sis answered\n%s", file, line, firstDifference(wanted[i+1], got))
		}
		played.WriteString(got)
		if _, fields, cut := strings.Cut(line, " | "); cut {
			asked = append(asked, strings.Fields(fields)...)
		}
	}
	for _, field := range asked { // nobody would miss a misspelt one
		// A refusal has a message or an error, and need not come.
		named := field == "message" || field == "error" || strings.Contains(played.String(), strconv.Quote(field)+":")
		assert.True(t, named, "%s: no answer has the field %s", file, field)
	}
	if *updateStories {
		require.NoError(t, os.WriteFile(file, []byte(played.String()), 0o644))
	}
}

// firstDifference shows the lines of an answer around the first one that is not the one wanted.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w)-1 && i < len(g)-1 && w[i] == g[i] {
		i++
	}
	return g[i] + "\ninstead of\n" + w[i]
}

// playLine makes the request of a line, with a header if one is given, and tells what came back; nothing for what is no
// request.
func playLine(t *testing.T, gl *fakegitlab.Fake, line, header string) string {
	t.Helper()
	who, rest, _ := strings.Cut(line, " ")
	switch who {
	case "", "#":
		return ""
	case "workers":
		gl.RunWorkers()
		return ""
	case "wait":
		d, err := time.ParseDuration(rest)
		require.NoError(t, err, line)
		gl.Advance(d)
		return ""
	}
	method, rest, _ := strings.Cut(rest, " ")
	rest, fields, _ := strings.Cut(rest, " | ")
	path, body, _ := strings.Cut(rest, " ")
	at := gl.APIURL()
	if method == "GRAPHQL" {
		document, err := json.Marshal(map[string]string{"query": rest})
		require.NoError(t, err)
		method, path, body, at = http.MethodPost, "/api/graphql", string(document), gl.URL()
	}
	token := ""
	if who, scopes, _ := strings.Cut(who, ":"); who != "nobody" {
		token = gl.Token(who, strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' })...)
	}
	var change []func(*http.Request)
	if body != "" {
		change = append(change, WithJSON(body))
	}
	if name, value, ok := strings.Cut(header, ": "); ok {
		change = append(change, WithHeader(name, value))
	}
	return told(gl, AskBy(t, gl.Client(), at, token, method, path, change...), strings.Fields(fields))
}

func told(gl *fakegitlab.Fake, r Reply, fields []string) string {
	head := strconv.Itoa(r.Status)
	if total := r.Header.Get("X-Total"); total != "" {
		head += ", " + total + " in all"
	}
	if next := r.Header.Get("X-Next-Page"); next != "" {
		head += ", page " + next + " follows"
	}
	calls := gl.Calls("")
	if why := calls[len(calls)-1].Reason; why != "" {
		head += ", " + why
	}
	body := strings.TrimSpace(r.Body)
	if json.Valid([]byte(body)) {
		body = folded(only(fields, []byte(body)))
	}
	return "\t" + strings.ReplaceAll(strings.TrimSpace(head+"\n"+body), "\n", "\n\t") + "\n"
}

// only cuts an object, or each of a list, down to some fields; none are all.
func only(fields []string, text []byte) []byte {
	var list []json.RawMessage
	if len(fields) == 0 {
		return text
	}
	if json.Unmarshal(text, &list) == nil {
		for i := range list {
			list[i] = only(fields, list[i])
		}
		text, _ = json.Marshal(list)
		return text
	}
	_, values, _ := datajson.Object(text)
	var pieces []string
	for _, field := range fields {
		if value, there := values[field]; there {
			pieces = append(pieces, strconv.Quote(field)+": "+string(value))
		}
	}
	return []byte("{" + strings.Join(pieces, ", ") + "}")
}

// folded writes JSON in lines that can be read.
func folded(text []byte) string {
	const width = 110
	var compact bytes.Buffer
	_ = json.Compact(&compact, text) // it is valid
	if compact.Len() <= width || strings.IndexByte("[{", text[0]) < 0 {
		return compact.String()
	}
	var pieces []string
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		for _, element := range list {
			pieces = append(pieces, folded(element))
		}
		return "[\n\t" + strings.ReplaceAll(strings.Join(pieces, ",\n"), "\n", "\n\t") + "\n]"
	}
	keys, values, _ := datajson.Object(text)
	line := ""
	for _, key := range keys {
		piece := strconv.Quote(key) + ": " + folded(values[key])
		if line != "" && len(line)+len(piece) > width {
			pieces, line = append(pieces, line), ""
		}
		line = strings.TrimPrefix(line+", "+piece, ", ")
	}
	pieces = append(pieces, line)
	return "{\n\t" + strings.ReplaceAll(strings.Join(pieces, ",\n"), "\n", "\n\t") + "\n}"
}
