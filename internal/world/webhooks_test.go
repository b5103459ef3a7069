package world

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/validators/json_schemas/web_hooks_custom_headers.json, app/models/concerns/limitable.rb: what a webhook may have.
func TestLimitsOfWebhooks(t *testing.T) {
	st, shop := ruled(t)
	h, err := st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example", Token: "secret"})
	require.NoError(t, err)
	for length, ok := range map[int]bool{0: false, 1: true, maxWebhookValue: true, maxWebhookValue + 1: false} {
		headers := map[string]string{"X-A": strings.Repeat("é", length)}
		assert.Equal(t, ok, st.SetCustomHeaders(h, headers) == nil, length)
		assert.Equal(t, ok, length > 0 && h.Headers["X-A"] == headers["X-A"], length)
		assert.Equal(t, "secret", h.Token)
	}
	for range maxGroupWebhooks {
		_, err = st.CreateWebhook(nil, shop.Group, WebhookAttributes{URL: "https://ci.example"})
		require.NoError(t, err)
	}
	_, err = st.CreateWebhook(nil, shop.Group, WebhookAttributes{URL: "https://ci.example"})
	assert.ErrorContains(t, err, "group hooks (50) exceeded")
	for range maxProjectWebhooks - 1 {
		_, err = st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example"})
		require.NoError(t, err)
	}
	_, err = st.CreateWebhook(shop, nil, WebhookAttributes{URL: "https://ci.example"})
	assert.ErrorContains(t, err, "project hooks (100) exceeded")
}

// app/models/concerns/web_hooks/auto_disabling.rb: how a webhook is put aside whose calls fail.
func TestWebhooksThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		version  string
		failures int // before
		status   int
		disabled bool
		backoff  time.Duration // 0: none
	}{
		"forgiven":                {"16.0", failuresForgiven - 1, 500, false, 0},
		"failed":                  {"16.0", failuresForgiven, 500, false, firstBackoff},
		"failed again":            {"16.0", failuresForgiven + 1, 0, false, 2 * firstBackoff},
		"failed for long":         {"16.0", failuresForgiven + 10, 500, false, 1024 * firstBackoff},
		"failed for a day":        {"16.0", failuresForgiven + 11, 500, false, longestBackoff},
		"refused":                 {"16.0", failuresForgiven, 400, true, 0},
		"refused, forgiven":       {"16.0", failuresForgiven - 1, 404, false, 0},
		"nobody answered":         {"16.0", failuresForgiven, 0, false, firstBackoff},
		"broken":                  {"16.0", failuresForgiven, 499, true, 0},
		"refused, forgiven alike": {"18.11", failuresForgiven, 400, false, firstBackoff},
		"too often":               {"18.11", failuresUntilForGood, 500, true, 0},
		"not too often yet":       {"18.11", failuresUntilForGood - 1, 500, false, longestBackoff},
		"often, before":           {"16.0", failuresUntilForGood, 500, false, longestBackoff},
	} {
		t.Run(name, func(t *testing.T) {
			st := versioned(t, c.version)
			shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
			require.NoError(t, err)
			st.Settings.FailingWebhooksDisabled = true
			h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}},
				WebhookState{Failures: c.failures})
			require.NoError(t, err)
			st.noteDelivery(h, c.status)
			until := time.Time{}
			if c.backoff != 0 {
				until = noon.Add(c.backoff)
			}
			assert.Equal(t, []any{c.failures + 1, c.disabled, until}, []any{h.Failures, h.Disabled, h.DisabledUntil})
			if c.disabled || c.backoff != 0 {
				st.noteDelivery(h, c.status)
				assert.Equal(t, []any{c.failures + 1, c.disabled, until}, []any{h.Failures, h.Disabled, h.DisabledUntil},
					"a test of what is put aside does not count")
			}
			for _, status := range []int{200, 204, 399} {
				h.Failures, h.Disabled, h.DisabledUntil = c.failures+1, c.disabled, until
				st.noteDelivery(h, status)
				assert.Equal(t, WebhookState{}, WebhookState{h.Disabled, h.DisabledUntil, h.Failures}, status)
			}
		})
	}
}

// Whether the certificate is looked at is as the webhook says.
func TestTargetsOfWebhooks(t *testing.T) {
	for _, unverified := range []bool{true, false} {
		st, shop := ruled(t)
		h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://ci.example/{a}", Token: "t",
			Variables: map[string]string{"a": "b"}, UnverifiedTLS: unverified}}, WebhookState{})
		require.NoError(t, err)
		to, there := st.TargetOf(Notice{WebhookID: h.ID}, false)
		assert.True(t, there)
		assert.Equal(t, []any{"https://ci.example/b", "t", unverified}, []any{to.URL, to.Token, to.UnverifiedTLS})
		_, there = st.TargetOf(Notice{WebhookID: h.ID + 1}, false)
		assert.False(t, there)
	}
}

// app/models/ci/build.rb, execute_hooks: webhooks hear of what changes, when somebody listens, and of nothing that a seed
// has, or that leaves a pipeline as it is.
func TestWhatWebhooksHearOfJobs(t *testing.T) {
	for name, c := range map[string]struct {
		events  map[string]bool
		seeding bool
		want    []string
	}{
		"jobs":      {map[string]bool{JobEvents: true}, false, []string{"a running", "b running", "a success"}},
		"pipelines": {map[string]bool{PipelineEvents: true}, false, []string{"pipeline running"}},
		"nothing":   {nil, false, nil},
		"a seed":    {map[string]bool{JobEvents: true, PipelineEvents: true}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, moves := range []bool{false, true} {
				st, shop := ruled(t)
				r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
				require.NoError(t, err)
				_, err = st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x",
					Events: c.events}}, WebhookState{})
				require.NoError(t, err)
				if moves {
					_, err = st.AddPipeline(7, shop, PipelineFacts{Status: JobPending, User: st.Users.Rows[0]})
					require.NoError(t, err)
				}
				var jobs []*Job
				for _, name := range []string{"a", "b"} {
					j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name})
					require.NoError(t, err)
					jobs = append(jobs, j)
				}
				st.MovePipelines()
				w := &said{}
				TellWebhooks(st, w, func([]Notice) {})
				story := func() {
					require.NoError(t, st.StartJob(jobs[0], r, nil, false))
					st.MovePipelines()
					require.NoError(t, st.StartJob(jobs[1], r, nil, false))
					require.NoError(t, st.FinishJob(jobs[0], JobSuccess, "", nil))
					st.MovePipelines()
				}
				if c.seeding {
					Seeding(st, nil, nil, story)
				} else {
					story()
				}
				assert.Equal(t, c.want, w.lines, moves)
			}
		})
	}
}

// app/models/commit_status.rb: what a job outside becomes, and that a failure has its reason.
func TestStatesOfStatuses(t *testing.T) {
	for _, c := range []struct {
		was   JobStatus
		state string
		want  JobStatus
		why   string
	}{
		{JobPending, "running", JobRunning, ""}, {JobRunning, "success", JobSuccess, ""}, {JobRunning, "failed", JobFailed, apiFailure},
		{JobRunning, "canceled", JobCanceled, ""}, {JobPending, "canceled", JobCanceled, ""},
	} {
		st, shop := ruled(t)
		p, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
		require.NoError(t, err)
		_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "other"})
		require.NoError(t, err)
		_, err = st.AddStatus(7, RootUsername, CommitStatus{Name: "lint", Status: c.was})
		require.NoError(t, err)
		s, err := st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "lint", State: c.state})
		require.NoError(t, err)
		assert.Equal(t, []any{c.want, c.why}, []any{s.Status, s.FailureReason})
		require.Error(t, Atomically(st, func() error {
			_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "unit"})
			require.NoError(t, err)
			_, err = st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "unit", State: "pending"})
			return err
		}), "a job has the name")
		_, err = st.ReportStatus(p, st.Users.Rows[0], StatusReport{Name: "unit", State: "pending"})
		assert.NoError(t, err, "the job was taken back")
	}
}

// alert_status of the same file: whether a webhook is told of events now.
func TestWhichWebhooksAreToldNow(t *testing.T) {
	st, _ := ruled(t)
	for _, c := range []struct {
		disabled bool
		until    time.Time
		want     WebhookStatus // where the setting wants it
	}{
		{false, time.Time{}, WebhookExecutable}, {true, time.Time{}, WebhookDisabled},
		{false, noon, WebhookTemporarilyDisabled}, {false, noon.Add(1), WebhookTemporarilyDisabled},
		{false, noon.Add(-1), WebhookExecutable},
	} {
		h := &Webhook{Disabled: c.disabled, DisabledUntil: c.until}
		st.Settings.FailingWebhooksDisabled = false
		assert.Equal(t, WebhookExecutable, st.WebhookStatus(h), c)
		st.Settings.FailingWebhooksDisabled = true
		assert.Equal(t, c.want, st.WebhookStatus(h), c)
	}
}

// gems/gitlab-http/lib/gitlab/http_v2/url_blocker.rb: which hosts are local, and what GitLab says of each. A test double
// calls no others, and of these none of a provider's.
func TestLocalHosts(t *testing.T) {
	for host, want := range map[string]struct {
		text   string
		called bool // by the fake, where the setting allows it
	}{
		"localhost": {msgLocalHost, false}, "LOCALHOST": {msgLocalHost, false}, "127.0.0.1": {msgLocalHost, true},
		"::1": {msgLocalHost, true}, "0.0.0.0": {msgLocalHost, true}, "::": {msgLocalHost, true},
		"::ffff:127.0.0.1": {msgLocalHost, true}, "127.0.0.2": {msgLoopback, true}, "::ffff:127.1.1.1": {msgLoopback, true},
		"10.0.0.1": {msgLocalNetwork, true}, "192.168.1.1": {msgLocalNetwork, true}, "fd00::1": {msgLocalNetwork, true},
		"::ffff:10.0.0.1": {msgLocalNetwork, true}, "169.254.1.1": {msgLinkLocal, true}, "fe80::1": {msgLinkLocal, true},
		"100.64.0.1": {msgSharedAddress, false}, "::ffff:100.127.255.255": {msgSharedAddress, false},
		"100.128.0.1": {"", false}, "255.255.255.255": {msgBroadcastAddress, false}, "8.8.8.8": {"", false},
		"ci.example": {"", false}, "2001:db8::1": {"", false},
	} {
		assert.Equal(t, want.text, LocalRefusal(host), host)
		addr, err := netip.ParseAddr(host)
		assert.Equal(t, want.called, err == nil && LocalAddress(addr), host)
	}
}

// app/models/concerns/web_hooks/hook.rb: what is wrong with an address, as it is written or as its variables make it.
func TestWhatAnAddressMayBe(t *testing.T) {
	missing := `Invalid URL template. Missing keys: ["b"]`
	for _, c := range []struct {
		url       string
		variables map[string]string
		want      []AttributeProblem
	}{
		{"https://ci.example/in", nil, nil}, {"http://ci.example", map[string]string{"a": "x"}, nil},
		{"https://{a}/in", map[string]string{"a": "ci.example"}, nil},
		{"", nil, []AttributeProblem{{AttrURL, msgBlank}}}, {" ", nil, []AttributeProblem{{AttrURL, msgBlank}}},
		{"https://{a}/{b}", map[string]string{"a": "ci.example"}, []AttributeProblem{{AttrURL, missing}}},
		{"ftp://{b}", nil, []AttributeProblem{{AttrURL, missing}}},
		{"ftp://ci.example", nil, []AttributeProblem{{AttrURL, msgOnlySchemes}}},
		{"{a}://ci.example", map[string]string{"a": "ftp"}, []AttributeProblem{{attrWholeURL, msgOnlySchemes}}},
		{"https://[", nil, []AttributeProblem{{AttrURL, msgNoHost}}}, {"https:///in", nil, []AttributeProblem{{AttrURL, msgNoHost}}},
		{"https://{}/in", nil, []AttributeProblem{{AttrURL, msgNoHost}}}, {"https://a b/in", nil, []AttributeProblem{{AttrURL, msgNoHost}}},
		{"http://10.0.0.1/in", nil, []AttributeProblem{{AttrURL, msgLocalNetwork}}},
		{"http://{a}/in", map[string]string{"a": "[::1]"}, []AttributeProblem{{attrWholeURL, msgLocalHost}}},
		{"http://{a}/in", map[string]string{"a": "[::1]", "?": "b"}, []AttributeProblem{{attrURLVariables, msgSchemaMismatch}}},
		{"http://{a}/in", map[string]string{"a": "", "?": "b"}, []AttributeProblem{{attrURLVariables, msgSchemaMismatch}}},
	} {
		st, shop := ruled(t)
		st.Settings.LocalRequestsForbidden = true
		h, err := st.CreateWebhook(shop, nil, WebhookAttributes{URL: c.url, Variables: c.variables})
		if c.want != nil {
			assert.Equal(t, &Invalid{c.want}, err, c.url)
			continue
		}
		require.NoError(t, err, c.url)
		assert.Equal(t, []time.Time{noon, noon}, []time.Time{h.CreatedAt, h.UpdatedAt})
	}
	st, shop := ruled(t)
	_, err := st.CreateWebhook(shop, nil, WebhookAttributes{URL: "http://127.0.0.1:8080/in"})
	require.NoError(t, err, "where local addresses are allowed")
	assert.Equal(t, "Url is blocked: Requests to localhost are not allowed; "+LocalRequestsSetting+" forbids it",
		WhyNoWebhook(newInvalid(AttrURL, msgLocalHost)))
	assert.Equal(t, "Url can't be blank", WhyNoWebhook(newInvalid(AttrURL, msgBlank)))
	_, err = st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "{a}://x", Variables: map[string]string{"a": "ftp"}}},
		WebhookState{})
	assert.Equal(t, []string{"url: Url " + msgOnlySchemes}, problemsOf(t, err), "the field of a seed")
}

// app/validators/web_hooks/wildcard_branch_filter_validator.rb, untrusted_regexp_validator.rb: what is no filter.
func TestFiltersOfBranches(t *testing.T) {
	long := strings.Repeat("a", maxBranchFilterPattern)
	for _, c := range []struct {
		filter, strategy string
		ok               bool
	}{
		{"", "", true}, {"", FilterByWildcard, true}, {"", FilterByRegex, true}, {"stable-*", "", true}, {"a b", "", false},
		{"a b", FilterByWildcard, false}, {"a..b", FilterByWildcard, false}, {"*/stable", FilterByWildcard, true},
		{"a b(", AllBranches, true}, {"a b", FilterByRegex, true}, {"(", FilterByRegex, false},
		{long, FilterByWildcard, true}, {long + "a", FilterByWildcard, false}, {long + "a", FilterByRegex, true},
	} {
		st, _ := ruled(t)
		err := st.CheckWebhook(WebhookAttributes{URL: "https://ci.example", BranchFilter: &c.filter, BranchFilterStrategy: c.strategy})
		assert.Equal(t, c.ok, err == nil, "%q by %q: %v", c.filter, c.strategy, err)
	}
}
