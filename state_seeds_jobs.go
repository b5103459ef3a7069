package fakegitlab

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// What a seeded job is when nothing else is said.
const (
	defaultJobName  = "job"
	defaultJobStage = "test"
	defaultRef      = "main"
	zeroSHA         = "0000000000000000000000000000000000000000"
)

// checkJob checks a job's plain data, fills in what follows from nothing else and finds the records it names.
func (st *state) checkJob(in *Job) (*job, error) {
	j := &job{}
	var err error
	if j.project, err = st.projectByPath(in.Project); err != nil {
		return nil, err
	}
	if in.User == "" {
		in.User = rootUsername
	}
	if j.user, err = st.userByName(in.User); err != nil {
		return nil, err
	}
	if err := oneOf("job status", &in.Status, JobPending); err != nil {
		return nil, err
	}
	if in.FailureReason != "" && in.Status != JobFailed {
		return nil, fmt.Errorf("a job that is %s has no failure reason", in.Status)
	}
	if in.SystemID != "" && in.RunnerID == 0 {
		return nil, errors.New("SystemID names a manager of RunnerID, which is not given")
	}
	if in.RunnerID != 0 {
		if j.runner, err = st.runnerByID(in.RunnerID); err != nil {
			return nil, err
		}
	}
	if in.SystemID != "" {
		if j.manager = j.runner.manager(in.SystemID); j.manager == nil {
			known := namesOf(j.runner.managers, func(m *manager) string { return m.SystemID })
			return nil, fmt.Errorf("runner %d: %w", in.RunnerID, missing("manager", in.SystemID, known))
		}
	}
	if !in.FinishedAt.IsZero() && !in.finished() {
		return nil, fmt.Errorf("a job that is %s has no FinishedAt", in.Status)
	}
	if err := in.Spec.validate(); err != nil {
		return nil, fmt.Errorf("Spec: %w", err)
	}
	for i := range in.Artifacts {
		if in.Artifacts[i].Filename == "" {
			return nil, fmt.Errorf("Artifacts[%d] has no Filename", i)
		}
	}
	return j, checkCommit(in.Commit)
}

func checkCommit(c Commit) error {
	for _, sha := range []string{c.SHA, c.BeforeSHA} {
		if sha != "" && !shaPattern.MatchString(sha) {
			return fmt.Errorf("%q is no commit SHA, which has 40 hexadecimal digits", sha)
		}
	}
	return nil
}

func (st *state) addJob(in Job) (*job, error) {
	j, err := st.checkJob(&in)
	if err != nil {
		return nil, err
	}
	if err := freeID(&st.jobs, "job", in.ID); err != nil {
		return nil, err
	}
	if err := st.checkPipeline(in.PipelineID, j.project); err != nil {
		return nil, err
	}
	if in.Token != "" && st.jobTokens[in.Token] != nil {
		return nil, errors.New("another job has that token")
	}
	in.Name, in.Stage, in.Ref = or(in.Name, defaultJobName), or(in.Stage, defaultJobStage), or(in.Ref, defaultRef)
	in.ID = assignID(st, &st.jobs, in.ID)
	if in.PipelineID == 0 {
		st.pipeline++
		in.PipelineID = st.pipeline
	}
	st.pipeline = max(st.pipeline, in.PipelineID)
	in.Token = st.secret(jobTokens, in.Token)
	in.Tags = cleanTags(in.Tags)
	in.AllowFailure = in.AllowFailure || in.Spec.AllowFailure.Always
	j.Job = cloneJob(in)
	st.fillCommit(j)
	st.fillTimes(j)
	st.storeContent(j)
	st.insertJob(j)
	if r := j.runner; r != nil {
		st.linkJob(j, r, j.manager)
		st.onUndo(func() { r.jobs = removeByID(r.jobs, j) })
	}
	return j, nil
}

// storeContent moves the log and the artifacts from the plain data to where they may grow.
func (st *state) storeContent(j *job) {
	_, _ = j.log.Write([]byte(j.Trace))
	for _, a := range j.Artifacts {
		f := &file{Artifact: withDefaults(a), sum: sha256.Sum256(a.Content)}
		_, _ = f.content.Write(a.Content)
		f.Content = nil
		j.files = append(j.files, f)
		if f.Type == dotenvReport {
			j.dotenv, _ = readDotenv(f) // a seed may be a report that GitLab had to refuse
		}
	}
	j.Trace, j.Artifacts = "", nil
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// checkPipeline refuses a pipeline that another project's jobs are in.
func (st *state) checkPipeline(id int, p *project) error {
	if id < 0 {
		return fmt.Errorf("pipeline id %d is negative", id)
	}
	if id == 0 || id > st.pipeline {
		return nil
	}
	if known := st.pipelines[id]; known != nil && known.project != p {
		return fmt.Errorf("pipeline %d is of project %q", id, known.project.Path)
	}
	return nil
}

// withDefaults fills in an artifact's type and the format that goes with it.
func withDefaults(a Artifact) Artifact {
	a.Type = or(a.Type, "archive")
	if a.Format == "" {
		switch {
		case a.Type == "archive":
			a.Format = "zip"
		case strings.HasSuffix(a.Filename, ".gz"), a.Type == "junit", a.Type == "dotenv":
			a.Format = "gzip"
		default:
			a.Format = "raw"
		}
	}
	return a
}

// fillCommit makes up the commit of a job of which nothing is said; jobs of one pipeline run for one commit.
func (st *state) fillCommit(j *job) {
	c := &j.Commit
	if c.SHA == "" {
		if p := st.pipelines[j.PipelineID]; p != nil {
			*c = p.jobs[0].Commit
			return
		}
		c.SHA = st.made.hex(shas, 40)
	}
	c.BeforeSHA = or(c.BeforeSHA, zeroSHA)
	c.Title = or(c.Title, or(firstLine(c.Message), "Update "+j.Ref))
	c.Message = or(c.Message, c.Title+"\n")
	c.AuthorName, c.AuthorEmail = or(c.AuthorName, j.user.Name), or(c.AuthorEmail, j.user.Email)
	c.CreatedAt = orNow(c.CreatedAt, st.now())
}

// finished reports whether the job has come to its end, not being skipped.
func (j *Job) finished() bool { return j.Status.completed() && j.Status != JobSkipped }

func firstLine(s string) string { s, _, _ = strings.Cut(s, "\n"); return s }

// fillTimes reckons the times that a job in its state must have.
func (st *state) fillTimes(j *job) {
	now := st.now()
	queued := !slices.Contains([]JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual, JobScheduled}, j.Status)
	started := j.Status.executing() || j.runner != nil && j.Status.completed() && !slices.Contains(neverRan(), j.FailureReason)
	finished := j.finished()
	j.CreatedAt = orNow(j.CreatedAt, earliest(now, j.QueuedAt, j.StartedAt, j.FinishedAt))
	set := func(t *time.Time, has bool, fallback time.Time) {
		if has || !t.IsZero() {
			*t = orNow(*t, fallback)
		}
	}
	set(&j.QueuedAt, queued || started, j.CreatedAt)
	set(&j.StartedAt, started, j.QueuedAt)
	set(&j.FinishedAt, finished, latest(now, j.StartedAt))
	j.updatedAt = latest(j.CreatedAt, latest(j.StartedAt, j.FinishedAt))
	if j.Erased {
		j.erasedAt = now
	}
	if j.Status == JobFailed {
		j.FailureReason = or(j.FailureReason, "script_failure")
	}
}

func earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if !o.IsZero() && o.Before(t) {
			t = o
		}
	}
	return t
}

// public is the job as plain data, its log and artifacts included.
func (j *job) public() Job {
	out := j.outline()
	out.Trace = j.log.String()
	for _, f := range j.files {
		out.Artifacts = append(out.Artifacts, f.public())
	}
	return out
}

// public is the artifact as plain data.
func (f *file) public() Artifact {
	out := f.Artifact
	out.Content = f.content.bytes()
	return out
}

// outline is the job as plain data without its log and artifacts, which may be large.
func (j *job) outline() Job {
	out := cloneJob(j.Job)
	out.Project, out.User, out.RunnerID, out.SystemID = j.project.Path, j.user.Username, 0, ""
	if j.runner != nil {
		out.RunnerID = j.runner.num
	}
	if j.manager != nil {
		out.SystemID = j.manager.SystemID
	}
	return out
}

// public is the group as plain data.
func (g *group) public() Group {
	out := g.Group
	out.Members = membersOf(g.roles)
	return out
}

// public is the project as plain data.
func (p *project) public() Project {
	out := p.Project
	out.Members = membersOf(p.roles)
	return out
}

// public is the access token as plain data. The value, too: a test may need it.
func (t *accessToken) public() AccessToken {
	return cloneAccessToken(t.AccessToken)
}

func membersOf(roles map[*user]Role) Members {
	if len(roles) == 0 {
		return nil
	}
	m := make(Members, len(roles))
	for u, r := range roles {
		m[u.Username] = r
	}
	return m
}

// snapshot is all that is known, as plain data ordered by id.
func (st *state) snapshot() Scenario {
	s := Scenario{Settings: cloneSettings(st.settings)}
	for _, u := range st.users.rows {
		s.Users = append(s.Users, u.User)
	}
	for _, t := range st.tokens.rows {
		s.AccessTokens = append(s.AccessTokens, t.public())
	}
	for _, g := range st.groups.rows {
		s.Groups = append(s.Groups, g.public())
	}
	for _, p := range st.projects.rows {
		s.Projects = append(s.Projects, p.public())
	}
	for _, r := range st.runners.rows {
		out := r.public()
		if r.tokenExpiresAt.IsZero() && !st.tokenExpiry(r, r.createdAt).IsZero() {
			out.TokenExpiresAt = never
		}
		s.Runners = append(s.Runners, out)
	}
	for _, j := range st.jobs.rows {
		s.Jobs = append(s.Jobs, j.public())
	}
	return s
}

// seed adds a whole scenario. The user root, who is always there, is updated; everything else is new.
func (st *state) seed(s Scenario) error {
	return st.atomically(func() error {
		if !reflect.ValueOf(s.Settings).IsZero() {
			if err := st.updateSettings(s.Settings); err != nil {
				return fmt.Errorf("settings: %w", err)
			}
		}
		for i, u := range s.Users {
			if err := st.seedUser(u); err != nil {
				return fmt.Errorf("users[%d] (%s): %w", i, u.Username, err)
			}
		}
		for i, g := range s.Groups {
			if _, err := st.addGroup(g); err != nil {
				return fmt.Errorf("groups[%d] (%s): %w", i, g.Path, err)
			}
		}
		for i, p := range s.Projects {
			if _, err := st.addProject(p); err != nil {
				return fmt.Errorf("projects[%d] (%s): %w", i, p.Path, err)
			}
		}
		for i, m := range s.Memberships {
			if err := st.addMember(m); err != nil {
				return fmt.Errorf("memberships[%d] (%s): %w", i, m.Path, err)
			}
		}
		for i, t := range s.AccessTokens {
			if err := st.seedAccessToken(t); err != nil {
				return fmt.Errorf("access_tokens[%d] (%s): %w", i, t.User, err)
			}
		}
		for i, r := range s.Runners {
			if _, err := st.addRunner(r); err != nil {
				return fmt.Errorf("runners[%d] (%s): %w", i, r.Description, err)
			}
		}
		for i, j := range s.Jobs {
			if _, err := st.addJob(j); err != nil {
				return fmt.Errorf("jobs[%d] (%s): %w", i, j.Name, err)
			}
		}
		return nil
	})
}

// untouched reports whether nothing has been added yet.
func (st *state) untouched() bool {
	return len(st.users.rows) == 1 && len(st.groups.rows)+len(st.projects.rows)+len(st.runners.rows) == 0
}

// addMember makes a user a member of a group or project that is there already.
func (st *state) addMember(m Membership) error {
	u, err := st.userByName(m.User)
	if err != nil {
		return err
	}
	if err := checkRole(m.Role); err != nil {
		return err
	}
	if p := st.projectPaths[key(m.Path)]; p != nil {
		setRole(st, p.roles, u, m.Role)
		return nil
	}
	g, err := st.groupByPath(m.Path)
	if err == nil {
		setRole(st, g.roles, u, m.Role)
	}
	return err
}

func (st *state) seedUser(in User) error {
	if key(in.Username) != rootUsername {
		_, err := st.addUser(in)
		return err
	}
	root := st.userNames[rootUsername]
	if in.ID == 0 {
		in.ID = root.ID
	}
	in.Username = root.Username
	return st.updateUser(root, in)
}

// seedAccessToken adds a token; one that Token gave out in another fake is given out by Token here, too.
func (st *state) seedAccessToken(in AccessToken) error {
	t, err := st.addAccessToken(in)
	if err == nil && t.Name == tokenName(t.User, t.Scopes) {
		setKey(st, st.namedTokens, t.Name, t)
	}
	return err
}

// tokenName is the name of the token that Fake.Token makes for a user and scopes.
func tokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
}
