package controlpage

// RunnerPage is the page of one runner.
type RunnerPage struct {
	Shell
	Runner Runner
	Fields []Field
	Jobs   List[Job]  // that it took
	Calls  List[Call] // that concern it
}

func (RunnerPage) template() string { return "runner.html" }

// JobPage is the page of one job.
type JobPage struct {
	Shell
	Job     Job
	Why     string        // why it is not on a runner; "" if that is no question
	Runners List[Verdict] // those that may have it or may not, of a pending job
	History []string      // its statuses, oldest first
	Fields  []Field
	Log     Log
	Calls   List[Call]
}

func (JobPage) template() string { return "job.html" }

// Waits reports whether why the job is not on a runner is a question.
func (p JobPage) Waits() bool {
	switch p.Job.Status {
	case "running", "canceling", "success", "failed", "canceled":
		return false
	}
	return true
}

// CallPage is the page of one call.
type CallPage struct {
	Shell
	Call           Call
	JSON           string // as the control API shows it
	Earlier, Later int    // the numbers of the calls next to it; 0 for none
}

func (CallPage) template() string { return "call.html" }

// ProblemsPage says what the test would fail with if it ended now.
type ProblemsPage struct {
	Shell
	Problems []string
}

func (ProblemsPage) template() string { return "problems.html" }

// ErrorPage says why there is no page.
type ErrorPage struct {
	Shell
	Error string
}

func (ErrorPage) template() string { return "error.html" }

// Log is the end of a job's log.
type Log struct {
	Lines []LogLine
	Left  int64 // how many bytes at its beginning are left out
}

// LogLine is a line of a log, by where it begins, so that it stays itself while the log grows.
type LogLine struct {
	At      int64
	Number  int // 0 if the log's beginning is left out
	Text    string
	Section bool // it begins a section
}
