package controlpage

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAgo(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "now", 59 * time.Second: "59 s ago", 90 * time.Second: "1 min ago", 47 * time.Hour: "47 h ago",
		48 * time.Hour: "2 days ago", -time.Hour: "1 h ahead",
	} {
		assert.Equal(t, want, ago(now, now.Add(-d)), d)
	}
	assert.Equal(t, "never", ago(now, time.Time{}))
}

func TestFirstRows(t *testing.T) {
	show := func(id int) User { return User{ID: id, Username: fmt.Sprintf("User-%d", id)} }
	var ids []int
	for id := range maxRows + 5 {
		ids = append(ids, id)
	}
	all := FirstRows(ids, nil, show)
	assert.Equal(t, []int{maxRows, maxRows + 5, maxRows + 5, 5}, []int{len(all.Rows), all.Found, all.Total, all.More()})
	last := FirstRows(ids, Words(" USER-204 "), show)
	assert.Equal(t, List[User]{Rows: []User{{ID: 204, Username: "User-204"}}, Found: 1, Total: maxRows + 5}, last)
}

// Every word has to be somewhere, each for itself; bodies count.
func TestFind(t *testing.T) {
	call := Call{Number: 12, Method: "GET", Path: "/api/v4/runners/7", Line: "/runners/:id id=7", Endpoint: "GET /runners/:id",
		Who: "mia", Status: 404, Reason: "there is no runner 7", Body: []byte("Sent"), ResponseBody: []byte(`{"tag":"Linux"}`)}
	for typed, found := range map[string]bool{
		"": true, "get 404": true, "MIA linux": true, "sent linux #12": true, "mia windows": false, "get post": false,
	} {
		assert.Equal(t, found, call.Found(Words(typed)), typed)
	}
	call.Repeats = []Call{{Number: 13}}
	assert.True(t, call.Found(Words("#13 mia")))
}

func TestRepeatsCount(t *testing.T) {
	var list List[Call]
	for range maxRows + 1 {
		list.Add(Call{Repeats: make([]Call, 2)})
	}
	assert.Equal(t, []int{3 * (maxRows + 1), 3}, []int{list.Found, list.More()})
}

func TestConcerns(t *testing.T) {
	for _, c := range []struct {
		call        Call
		runner, job bool
	}{
		{Call{RunnerID: 7}, true, false},
		{Call{JobID: 7}, false, true},
		{Call{Made: " runner 7"}, true, false},
		{Call{Path: "/api/v4/runners/7/jobs"}, true, false},
		{Call{Path: "/api/v4/projects/1/jobs/7"}, false, true},
		{Call{Params: map[string]any{"runner_id": 7}}, true, false},
		{Call{Params: map[string]any{"runner_id": "70"}, Path: "/api/v4/runners/70"}, false, false},
		{Call{Path: "/api/v4/projects/7/runners"}, false, false},
	} {
		assert.Equal(t, []bool{c.runner, c.job}, []bool{c.call.Concerns("runner", 7), c.call.Concerns("job", 7)}, c.call)
	}
}

func TestSent(t *testing.T) {
	form := Call{Query: url.Values{"b": {"2", "1"}, "a": {"x y"}},
		Body:   []byte("paused=true&token=glrt-abcdefghijklmnop"),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	assert.Equal(t, "a=x y b=2 b=1 paused=true token=glrt-abcd…", form.Sent())
	object := Call{Body: []byte("{\"paused\":\n  true}"), Header: http.Header{"Content-Type": {"application/json"}}}
	assert.Equal(t, `{"paused": true}`, object.Sent())
	file := Call{Body: []byte("--x\r\n"), Header: http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}}
	assert.Empty(t, file.Sent())
	long := Call{Body: []byte(strings.Repeat("ü", 2*maxSent))}
	assert.Equal(t, maxSent+1, len([]rune(long.Sent())))
}

func TestBodyText(t *testing.T) {
	assert.Empty(t, bodyText(nil))
	assert.Equal(t, "2 bytes that are no text", bodyText([]byte("\xff\xfe")))
	assert.Equal(t, "{\n  \"a\": [\n    1\n  ]\n}", bodyText([]byte(`{"a":[1]}`)))
	assert.Equal(t, `{"a":[1`, bodyText([]byte(`{"a":[1`)), "what is no JSON stays as it is")
	assert.True(t, strings.HasSuffix(bodyText([]byte(strings.Repeat("x", maxBody+9))), "\n… and 9 bytes more"))
}

func TestLog(t *testing.T) {
	text := "\x1b[0KRunning\x1b[0;m\nsection_start:1700000000:prepare[collapsed=true]\r\x1b[0KPreparing\n" +
		"section_end:1700000000:prepare\r\x1b[0K\n10%\r20%\r100%\nhalf"
	assert.Equal(t, Log{Lines: []LogLine{{At: 0, Number: 1, Text: "Running"},
		{At: 17, Number: 2, Text: "Preparing", Section: true}, {At: 116, Number: 3, Text: "100%"},
		{At: 129, Number: 4, Text: "half"}}}, LogOf([]byte(text), int64(len(text))))

	end := LogOf([]byte("cut\nwhole\n"), 1010)
	assert.Equal(t, Log{Left: 1004, Lines: []LogLine{{At: 1004, Text: "whole"}}}, end)
	assert.Empty(t, LogOf(nil, 0).Lines)
}

func TestFields(t *testing.T) {
	record := struct {
		ID   int      `json:"id"`
		Name string   `json:"name"`
		Tags []string `json:"tag_list"`
		Gone string   `json:"gone"`
	}{7, "<x>", []string{"a"}, "-"}
	assert.Equal(t, []Field{{"id", "7", false}, {"name", "<x>", false}, {"tag_list", "[\n  \"a\"\n]", true}},
		Fields(record, "gone"))
	year := Fields(struct{ At time.Time }{time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)})
	assert.Equal(t, "it has no JSON", year[0].Name)
}

// What a page is given is text, never markup, and its scripts and styles are those that its policy allows.
func TestHTMLEscapes(t *testing.T) {
	const script = "<script>alert(1)</script>"
	call := Call{Number: 1, Method: script, Line: script, Who: script, Reason: script, Body: []byte(script),
		Header: http.Header{"X": {script}}, Params: map[string]any{script: script}, Curl: func() string { return script }}
	calls := List[Call]{Rows: []Call{call}, Found: 1, Total: 1}
	for _, view := range []View{
		Overview{Shell: Shell{Find: `"` + script}, Calls: calls, Holds: []Hold{{1, script, script, 7}},
			World: World{Projects: List[Space]{Rows: []Space{{Path: script, Members: Members{script: script}}}}},
			Hooks: []Hook{{1, script, 0}}, Failures: []Failure{{Calls: script, Effect: script, At: script}},
			Waiting: []Waiting{{script, script}}},
		Overview{Shell: Shell{Frozen: true}, Calls: calls},
		RunnerPage{Runner: Runner{Description: script, Managers: []Manager{{SystemID: script}}}, Calls: calls,
			Fields: []Field{{script, script, true}}},
		JobPage{Job: Job{Name: script}, Why: script, Log: Log{Lines: []LogLine{{Text: script}}},
			Runners: List[Verdict]{Rows: []Verdict{{Description: script, Reasons: []string{script}}}}},
		PipelinePage{Pipeline: Pipeline{Name: script, Errors: script, Ref: script, SHA: script, Stages: []Stage{{Name: script,
			Jobs: []Box{{Name: script, Needs: []string{script}}}}}}},
		Overview{World: World{Pipelines: List[Pipeline]{Rows: []Pipeline{{Name: script, Stages: []Stage{{Name: script}}}}}}},
		CallPage{Call: call, JSON: script},
		ProblemsPage{Problems: []string{script}},
		ErrorPage{Error: script},
	} {
		html, err := HTML(view)
		require.NoError(t, err)
		assert.NotContains(t, html, script)
		assert.Contains(t, html, "&lt;script&gt;alert(1)&lt;/script&gt;", view.template())
		for _, part := range []string{"style", "script"} {
			_, text, _ := strings.Cut(html, "<"+part+">")
			text, _, _ = strings.Cut(text, "</"+part+">")
			assert.Contains(t, Policy(), hash(text), part)
		}
	}
}

// Lines go from the right of a job to the left of those that need it, and do not pass through the boxes of other stages.
func TestLines(t *testing.T) {
	v := PipelinePage{Pipeline: Pipeline{Stages: []Stage{
		{Jobs: []Box{{Name: "a", Status: "success"}, {Name: "b"}}},
		{Jobs: []Box{{Name: "c", Needs: []string{"a", "nowhere"}}, {Name: "d", Needs: []string{"c"}}}},
		{Jobs: []Box{{Name: "e", Needs: []string{"b"}}}},
	}}}
	d := v.Lines()
	assert.Equal(t, []float64{3*15 + 2*4, 2.4 + 2*4.3}, []float64{d.Width, d.Height})
	require.Len(t, d.Lines, 3)
	assert.Equal(t, Line{"M15.00 4.15 C17.00 4.15 17.00 4.15 19.00 4.15 M18.55 3.85 L19.00 4.15 L18.55 4.45", "success"}, d.Lines[0])
	assert.Equal(t, "M19.00 4.15 C17.20 4.15 17.20 8.45 19.00 8.45 M18.55 8.15 L19.00 8.45 L18.55 8.75", d.Lines[1].Path)
	assert.Equal(t, "M15.00 8.45 C17.00 8.45 17.00 6.30 19.00 6.30 L34.00 6.30 C36.00 6.30 36.00 4.15 38.00 4.15 "+
		"M37.55 3.85 L38.00 4.15 L37.55 4.45", d.Lines[2].Path, "between the first box of the stage and the second")

	var crowded Stage
	for i := range maxBoxes + 3 {
		crowded.Add(Box{ID: i})
	}
	assert.Equal(t, []int{maxBoxes, 3}, []int{len(crowded.Jobs), crowded.More})
}

func TestSpans(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 400 * time.Millisecond: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 100 * time.Second: "1 min 40 s",
		time.Hour: "1 h", time.Hour + 5*time.Second: "1 h", 25*time.Hour + 7*time.Minute: "1 d 1 h",
	} {
		assert.Equal(t, want, spans(d), d)
	}
}
