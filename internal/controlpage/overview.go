package controlpage

// Overview is the first page: everything at a glance. Settings, users, groups, projects, runners and jobs are as at one
// moment; calls, failures and holds are each as they were a little later.
type Overview struct {
	Shell
	World
	Calls    List[Call] // the newest first
	Waiting  []Waiting
	Failures []Failure
	Holds    []Hold
	Hooks    []Hook
	Problems []string // in a file; else they have a page of their own
}

func (Overview) template() string { return "overview.html" }

// Arranged is how much there is that happens to calls.
func (o Overview) Arranged() int { return len(o.Failures) + len(o.Holds) + len(o.Hooks) }

// World is the part of the overview that shows the world.
type World struct {
	Settings         Settings
	Users            List[User]
	Groups, Projects List[Space]
	Runners          List[Runner]
	Pipelines        List[Pipeline]
	Jobs             List[Job]
}

// Waiting is a call that has no answer yet.
type Waiting struct{ Text, What string } // which, and what it waits for, if that is known

// Failure is an injected failure.
type Failure struct {
	ID             int
	Calls, Effect  string // which calls it is for, and what happens to them
	At             string // where it was injected; "" if unknown
	Matched, Fired int
	Spent          bool
}

// Hold is a hold on requests that has not been released.
type Hold struct {
	ID    int
	Calls string // which it is for
	At    string // where it began; "" if unknown
	First int    // the number of the first that came; 0 while none has
}

// Hook is a function of the test that runs in the middle of calls.
type Hook struct {
	ID   int
	Text string // "Before(POST /runners) at op_test.go:113"
	Ran  int
}
