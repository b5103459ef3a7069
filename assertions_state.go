package fakegitlab

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/differences"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// AssertRunner asserts that the stored runner with want.ID equals want. Two ways to write the same are equal: an empty
// Type, AccessLevel or Registration and its default, a RunUntagged of nil and of true, an empty list and nil.
func (f *Fake) AssertRunner(t T, want Runner, opts ...cmp.Option) bool {
	helperOf(t).Helper()
	return report(t, f.runnerProblem(want, opts))
}

// AssertRunnerFields asserts that fields of the stored runner have these values, whatever the others are. Fields are
// named as in JSON: "paused", "tag_list", "maximum_timeout". Values are compared in the form in which they stand in
// JSON, so that 600, "10m" and a time.Duration are one, and so are a list and its elements; nil is a field that is not
// set.
func (f *Fake) AssertRunnerFields(t T, id int, want map[string]any) bool {
	helperOf(t).Helper()
	return report(t, f.runnerFieldsProblem(id, want))
}

func (f *Fake) runnerFieldsProblem(id int, want map[string]any) string {
	runner, ok := f.Runner(id)
	if !ok {
		return fmt.Sprintf("expected a runner with ID %d; there is none\n%s%s", id, f.runnersText(), f.deletionsText(id))
	}
	if len(want) == 0 {
		return "no field is given to compare"
	}
	unknown, differing := differences.Fields("runner", want, runnerFields(runner),
		plain.JSONNames(reflect.TypeFor[Runner]()))
	if differing == "" {
		return unknown
	}
	return unknown + fmt.Sprintf("runner %s differs:\n%s", runnerText(runner), differing)
}

// runnerFields are a runner's fields by their names in JSON, defaults in full.
func runnerFields(r Runner) map[string]any {
	r = normalRunner(r)
	untagged := r.RunsUntagged()
	r.RunUntagged = &untagged
	return plain.Fields(r)
}

// AssertRunnerGone asserts that no runner has that ID any more. An ID that no runner ever had fails: it is another
// one's, such as a project's, or comes from a variable that was never set.
func (f *Fake) AssertRunnerGone(t T, id int) bool {
	helperOf(t).Helper()
	if id <= 0 {
		return report(t, fmt.Sprintf("%d is no runner's ID", id))
	}
	runner, ok := f.Runner(id)
	if !ok {
		if problem := f.runnerIDProblem(id); problem != "" {
			return report(t, fmt.Sprintf("expected runner %d to be gone; %s", id, problem))
		}
		return true
	}
	return report(t, fmt.Sprintf("expected runner %d to be gone; it still exists: %s\n%s", id, runnerText(runner),
		f.deletionsText(id)))
}

// AssertJobStatus asserts that a job has a status. An empty one is JobPending.
func (f *Fake) AssertJobStatus(t T, jobID int, want JobStatus) bool {
	helperOf(t).Helper()
	return report(t, f.jobStatusProblem(jobID, want))
}

// AssertSnapshot asserts that the whole world equals want; two ways to write the same are equal, as in AssertRunner.
// Times of a world that has a Now are those that the last Seed of such a world gave them.
// Access tokens that Token and ClientAs made do not count, unless want has them.
func (f *Fake) AssertSnapshot(t T, want Scenario, opts ...cmp.Option) bool {
	helperOf(t).Helper()
	want = f.standing(want)
	return report(t, f.worldProblem(want, f.snapshotBeside(want), opts))
}

// AssertGolden asserts that the world equals the one in a file, which ReadScenario reads; two ways to write the same
// are equal, as in AssertRunner. With update it instead writes the file, always with the same bytes for the same world.
// A test usually has a flag for that:
//
//	var update = flag.Bool("update", false, "write golden files anew")
func (f *Fake) AssertGolden(t T, file string, update bool, opts ...cmp.Option) bool {
	helperOf(t).Helper()
	return report(t, f.goldenProblem(file, update, opts))
}

func (f *Fake) goldenProblem(file string, update bool, opts []cmp.Option) string {
	if update {
		var text bytes.Buffer
		if err := f.Snapshot().Write(&text); err != nil {
			return err.Error()
		}
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			return err.Error()
		}
		return ""
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Sprintf("no golden world to compare with; run with the flag that updates it: %v", err)
	}
	want, err := ReadScenario(bytes.NewReader(text))
	if err != nil {
		return fmt.Sprintf("%s: %v", file, err)
	}
	if problem := f.worldProblem(f.standing(want), f.Snapshot(), opts); problem != "" {
		return file + ": " + problem
	}
	return ""
}

// AssertChanged asserts that the world is what it was before, with exactly that change: nothing more and nothing less.
// Before is a Snapshot taken earlier, and is not changed itself; with a nil change, nothing may have changed, while a
// change that changes nothing fails the test, as it is a mistake. Of a record that change adds, what GitLab gives by
// itself may be left empty: IDs, tokens, times, who made it. Two ways to write the same are equal, as in AssertRunner,
// and access tokens that Token and ClientAs made since do not count.
func (f *Fake) AssertChanged(t T, before Scenario, change func(*Scenario), opts ...cmp.Option) bool {
	helperOf(t).Helper()
	want := before
	if change != nil {
		want = plain.Clone(before)
		change(&want)
		if a, b := differences.Narrowed(before, want, nil); differences.Same(normalScenario(a), normalScenario(b)) {
			return report(t, "the change given to AssertChanged changes nothing of the world before; "+
				"if nothing is to have changed, give nil")
		}
	}
	want = f.standing(want)
	got := f.snapshotBeside(want)
	return report(t, f.worldProblem(differences.Filled(before, want, got, normalScenario), got, opts))
}

// standing is a world with the times that it has in this fake: where they are told from the moment at which it is
// seeded, that is the last one.
func (f *Fake) standing(want Scenario) Scenario {
	if want.Now.IsZero() {
		return want
	}
	return want.At(read(f, (*world.State).Begun))
}

// snapshotBeside is Snapshot without the access tokens that Token made and want does not know.
func (f *Fake) snapshotBeside(want Scenario) Scenario {
	got := f.Snapshot()
	got.AccessTokens = slices.DeleteFunc(got.AccessTokens, func(a AccessToken) bool {
		known := func(b AccessToken) bool { return a.Token == b.Token }
		return a.Name == world.TokenName(a.User, a.Scopes) && !slices.ContainsFunc(want.AccessTokens, known)
	})
	return got
}

// IgnoreTimes makes a comparison ignore every time.Time in the fake's own data.
func IgnoreTimes() cmp.Option {
	return differences.Ignore(ownPackage, func(f cmp.StructField) bool { return f.Type() == reflect.TypeFor[time.Time]() })
}

// IgnoreTokens makes a comparison ignore every Token and RegistrationToken in the fake's own data.
func IgnoreTokens() cmp.Option {
	return differences.Ignore(ownPackage, func(f cmp.StructField) bool {
		return f.Name() == "Token" || f.Name() == "RegistrationToken"
	})
}

// IgnoreIDs makes a comparison ignore every ID, RunnerID and PipelineID in the fake's own data.
func IgnoreIDs() cmp.Option {
	return differences.Ignore(ownPackage, func(f cmp.StructField) bool {
		return f.Name() == "ID" || f.Name() == "RunnerID" || f.Name() == "PipelineID"
	})
}

func (f *Fake) runnerProblem(want Runner, opts []cmp.Option) string {
	got, ok := f.Runner(want.ID)
	if !ok && want.ID == 0 {
		return "a runner is found by its ID, and the one expected has none\n" + f.runnersText()
	}
	if !ok {
		return fmt.Sprintf("expected a runner with ID %d; there is none\n%s%s", want.ID, f.runnersText(),
			f.deletionsText(want.ID))
	}
	want, got = normalRunner(want), normalRunner(got)
	diff := differences.Text(want, got, opts...)
	if diff == "" {
		return ""
	}
	problem := fmt.Sprintf("runner %d differs (- expected, + stored):\n%s", want.ID, diff)
	if differences.Text(want, got, append(slices.Clone(opts), IgnoreTimes(), IgnoreTokens())...) == "" {
		problem += "only times and tokens differ: IgnoreTimes() and IgnoreTokens() leave them out\n"
	}
	return problem
}

// deletionsText lists the calls that asked to delete a runner.
func (f *Fake) deletionsText(id int) string {
	var deletions []Call
	for _, c := range f.log.Closed() {
		byID, _ := c.param("id")
		byPerson := c.Endpoint == DeleteRunner && plain.Text(byID) == strconv.Itoa(id)
		if byPerson || c.Endpoint == DeleteRunnerByToken && c.RunnerID == id {
			deletions = append(deletions, c)
		}
	}
	if len(deletions) == 0 {
		return fmt.Sprintf("no call was to delete runner %d; %s", id, f.seeJournal())
	}
	return "calls to delete it:\n" + journalLines(deletions)
}

func (f *Fake) jobStatusProblem(id int, want JobStatus) string {
	if want == "" {
		want = JobPending
	}
	if problem := want.problem(); problem != "" {
		return problem
	}
	job, ok := f.Job(id)
	if !ok {
		return fmt.Sprintf("expected job %d to be %s; there is no such job\n%s", id, want, f.jobsText())
	}
	job = normalJob(job)
	if job.Status == want {
		return ""
	}
	problem := fmt.Sprintf("expected job %d (%q) to be %s; it is %s", id, job.Name, want, job.Status)
	if job.FailureReason != "" {
		problem += " (" + job.FailureReason + ")"
	}
	if job.RunnerID != 0 {
		problem += fmt.Sprintf(", taken by runner %d", job.RunnerID)
	}
	calls := f.log.Closed()
	own := slices.DeleteFunc(slices.Clone(calls), func(c Call) bool { return c.JobID != id })
	if len(own) > 0 {
		problem += "\ncalls with its token:\n" + strings.TrimSuffix(journalLines(own), "\n")
	}
	return problem + "\n" + f.seeJournal()
}

// jobsText names the jobs that there are, for a message.
func (f *Fake) jobsText() string {
	return words.Some("jobs", f.Jobs(), func(j Job) string { return fmt.Sprintf("%d (%q, %s)", j.ID, j.Name, j.Status) })
}

// worldProblem is "" for equal worlds. Else it has one line for each field that differs, with the last call whose
// endpoint changes that field, where there is one.
func (f *Fake) worldProblem(want, got Scenario, opts []cmp.Option) string {
	want, got = differences.Narrowed(want, got, opts)
	calls := sync.OnceValue(func() []calltext.Call[Endpoint] { return textsOf(f.log.Closed()) })
	changedBy := func(record any, field string) string { return calltext.ChangedBy(calls(), record, field) }
	return differences.Worlds(normalScenario(want), normalScenario(got), opts, changedBy)
}
