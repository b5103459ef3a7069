package world

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// What a seeded job is when nothing else is said.
const (
	defaultJobName  = "job"
	defaultJobStage = "test"
)

// MostNeeds is how many needs a job may have at all. GitLab lets 50 through (ci_needs_size_limit) unless an instance
// says otherwise; this many leave the ids that are made of a job's and of a need's place apart.
const MostNeeds = 1000

// checkJob checks a draft of a job.
func checkJob(j *Job) (ps Problems) {
	if err := oneOf("job status", &j.Status, JobPending, JobStatuses); err != nil {
		ps.Add("status", err)
	} else {
		// Of all versions, as a seed may be of another one.
		ps.addFrom("failure_reason", checkReasonOf(j.Status, j.FailureReason, FailureReasons(true)), "status")
		if !j.FinishedAt.IsZero() && !j.Finished() {
			ps.addFrom("finished_at", fmt.Errorf("a job that is %s has no FinishedAt", j.Status), "status")
		}
		if !j.UpdatedAt.IsZero() && !j.Status.Executing() {
			ps.addFrom("updated_at", fmt.Errorf("a job that is %s is on no runner and has no UpdatedAt", j.Status), "status")
		}
	}
	if j.StageIndex < 0 {
		ps.Addf("stage_idx", "stages are counted from 0, not %d", j.StageIndex)
	}
	if c := j.Coverage; c != nil && (math.IsNaN(*c) || math.IsInf(*c, 0)) {
		ps.Addf("coverage", "Coverage: %v is no number of percent", *c)
	}
	ps = append(ps, checkFlow(j.Plan)...)
	ps.Add("spec", j.Spec.Validate())
	if n := len(j.Spec.Needs); n > MostNeeds {
		ps.Addf("spec.needs", "a job needs no more than %d others, not %d", MostNeeds, n)
	}
	for _, v := range j.Variables {
		for _, problem := range keyProblems(v.Key) {
			ps.Addf("variables", "the key %q %s", v.Key, problem)
		}
	}
	for i, f := range j.Files {
		var of Problems
		if f.Filename == "" {
			of.unset("filename", "an artifact has no file name")
		}
		f.fillDefaults()
		if field, problem := artifactProblem(f.Type, f.Format); problem != "" {
			of.Addf(field, "%s", problem)
		}
		ps.Add(datajson.Index("artifacts", i), of.terse())
	}
	ps.Add("commit.id", checkSHA(j.Commit.SHA))
	ps.Add("commit.before_sha", checkSHA(j.Commit.BeforeSHA))
	return ps
}

// checkFlow checks what a draft of a job says of its turn.
func checkFlow(p *Plan) (ps Problems) {
	if when := p.When; when != "" {
		ps.Add("when", oneOf("word of when", &when, when,
			[]string{whenOnSuccess, whenOnFailure, whenAlways, whenManual, whenDelayed}))
	}
	if p.StartIn < 0 {
		ps.Addf("start_in", "StartIn: %s is before the job's turn", p.StartIn)
	}
	if p.Part < 0 || p.Part > p.Parts || p.Part == 0 && p.Parts != 0 {
		ps.Addf("node_index", "job %d of %d is none of a parallel job's", p.Part, p.Parts)
	}
	return ps
}

func checkSHA(sha string) error {
	if sha != "" && !shaPattern.MatchString(sha) {
		return fmt.Errorf("%q is no commit SHA, which has 40 hexadecimal digits", sha)
	}
	return nil
}

// AddJob makes a job of a draft, which has the records that it belongs to, its log and its files; a plan only if there
// is one.
func (st *State) AddJob(j *Job, found ...Problem) (*Job, error) {
	if j.Plan == nil {
		j.Plan = &unplanned
	}
	j.Tags = ParseTags(j.Tags)
	ps := append(Problems(found), checkJob(j)...)
	ps = append(ps, st.checkTimes(j)...)
	ps.Add("id", freeID(&st.Jobs, "job", j.ID))
	ps.addFrom("pipeline_id", st.checkPipeline(j.PipelineID, j.Project), "project")
	if st.JobTokens[j.Token] != nil {
		ps.Addf("token", "another job has that token")
	}
	if len(found) == 0 && !st.standsIn(j.Runner) && !st.standsIn(j.Project) {
		ps.addFrom("runner_id", checkTaker(j), "project", "tag_list", "protected")
	}
	if len(ps) > 0 {
		st.standInForJob(j)
		return nil, ps
	}
	j.Name, j.Stage, j.Ref = cmp.Or(j.Name, defaultJobName), cmp.Or(j.Stage, defaultJobStage), cmp.Or(j.Ref, DefaultRef)
	if !st.seeding() { // in a seed it is as it was when the job was made, whatever the rules are now
		_, j.Protected = st.protection(nil, j.Project, j.Ref, j.RefIsTag, j.Protected)
	}
	j.ID = assignID(st, &st.Jobs, j.ID)
	if j.PipelineID == 0 {
		st.pipeline++
		j.PipelineID = st.pipeline
	}
	st.pipeline = max(st.pipeline, j.PipelineID)
	j.Token = st.secret(st.jobTokenKind(), j.Token)
	j.AllowFailure = j.AllowFailure || j.Spec.AllowFailure.Always
	st.fillCommit(j)
	st.fillTimes(j)
	st.placeStage(j)
	j.Manual = j.Manual || j.waitsForPeople() || j.When == whenManual || j.When == whenDelayed
	if n := len(j.Files); n > 0 && j.ArtifactsExpireAt.IsZero() {
		j.ArtifactsExpireAt = j.Files[n-1].ExpiresAt
	}
	j.addMetadata()
	readSeededReports(j)
	if j.Finished() && j.Coverage == nil {
		j.findCoverage()
	}
	st.nameEnvironment(j)
	st.insertJob(j)
	if r := j.Runner; r != nil {
		st.LinkJob(j, r, j.Manager)
		st.onUndo(func() { r.Jobs = removeByID(r.Jobs, j) })
	}
	return j, nil
}

// placeStage finds the place of a stage of which the draft does not say it, in the order in which the stages of the
// pipeline appear. That none is said shows where another stage is the first: two cannot both be it.
func (st *State) placeStage(j *Job) {
	p := st.pipelines[j.PipelineID]
	if p == nil || j.StageIndex != 0 {
		return
	}
	if !slices.ContainsFunc(p.Jobs, func(other *Job) bool { return other.StageIndex == 0 }) {
		return
	}
	if known := p.inStage(j.Stage); len(known) > 0 {
		j.StageIndex = known[len(known)-1].StageIndex
		return
	}
	j.StageIndex = p.lastStage() + 1
}

// checkTaker refuses a job on a runner that may not have it. One of which no StartedAt is said starts with the seed, so
// its runner must be one that may take it now, but for being paused: that keeps no job from going on. One that started
// before may have done so when the runner was another; only whose group it serves, a runner never changes.
func checkTaker(j *Job) error {
	r := j.Runner
	if r == nil || !j.Status.Executing() {
		return nil
	}
	going := *r
	going.Paused = false
	why := Unfit(&going, j)
	neverFitted := otherGroup.holds(r, j) && !j.Project.GroupRunnersDisabled
	if why == Fits || !j.StartedAt.IsZero() && !neverFitted {
		return nil
	}
	return fmt.Errorf("runner %d cannot have the job: %s", r.ID, why.Explain(r, j))
}

// readSeededReports takes over what the dotenv report among the files of a seed says.
func readSeededReports(j *Job) {
	for _, f := range j.Files {
		if f.Type == dotenvReport {
			j.Dotenv, _ = readDotenv(f) // a seed may be a report that GitLab had to refuse
		}
	}
}

// checkPipeline refuses a pipeline that another project's jobs are in.
func (st *State) checkPipeline(id int, p *Project) error {
	if err := checkID("pipeline", id); err != nil {
		return err
	}
	if known := st.pipelines[id]; known != nil && Key(known.project.Path) != Key(p.Path) {
		return fmt.Errorf("pipeline %d belongs to %q, the job to %q", id, known.project.Path, p.Path)
	}
	return nil
}

// fillCommit makes up the commit of a job of which nothing is said; jobs of one pipeline run for one commit.
func (st *State) fillCommit(j *Job) {
	c := &j.Commit
	if c.SHA == "" {
		if p := st.pipelines[j.PipelineID]; p != nil {
			*c = p.Commit()
		}
	}
	st.completeCommit(c, j.Ref, j.User)
}

// fillTimes reckons the times that a job in its state must have.
func (st *State) fillTimes(j *Job) {
	now := st.Now()
	started := j.Status.Executing() ||
		j.Runner != nil && j.Status.Completed() && !slices.Contains(neverRan(), j.FailureReason)
	finished := j.Finished()
	// A job may end without having been queued: who says when it was made and when it ended would have said that, too.
	neverQueued := j.StartedAt.IsZero() && !j.CreatedAt.IsZero() && !j.FinishedAt.IsZero()
	j.CreatedAt = orNow(j.CreatedAt, Earliest(now, j.QueuedAt, j.StartedAt, j.FinishedAt))
	set := func(t *time.Time, has bool, fallback time.Time) {
		if has || !t.IsZero() {
			*t = orNow(*t, fallback)
		}
	}
	set(&j.QueuedAt, j.Status == JobPending || started || finished && !neverQueued, j.CreatedAt)
	set(&j.StartedAt, started, j.QueuedAt)
	set(&j.FinishedAt, finished, Later(now, j.StartedAt))
	if !j.UpdatedAt.IsZero() {
		j.UpdatedAt = orNow(j.UpdatedAt, now)
	}
	j.UpdatedAt = Later(Later(j.CreatedAt, j.UpdatedAt), Later(j.StartedAt, j.FinishedAt))
	if j.Erased {
		j.ErasedAt = now
	}
	if j.Status == JobFailed {
		j.FailureReason = cmp.Or(j.FailureReason, ScriptFailure)
	}
}
