package world

// fate is what a test has decided will happen to a job.
type fate struct {
	postponed, postponements int // final updates still to be answered 202, and those answered so
	rejected                 int // final updates still to be answered 412
	cancelAt                 []byte
}

func (f *fate) PostponeFinal(n int) { f.postponed, f.postponements = n, 0 }

// longestPostponement is, as a power of two of seconds, the longest wait that GitLab asks for with 202.
const longestPostponement = 6

// finalAnswer is what a test has decided for a final update. Both zero: nothing.
type finalAnswer struct {
	Rejected bool // the log is forgotten and to be sent again
	WaitFor  int  // the log is still being stored: seconds until the runner is to ask again
}

// Final is the scripted answer to the job's final update.
func (j *Job) Final() finalAnswer {
	switch f := &j.Fate; {
	case f.rejected > 0:
		f.rejected--
		j.Log = Blob{}
		return finalAnswer{Rejected: true}
	case f.postponed > 0:
		f.postponed--
		seconds := 1 << min(f.postponements, longestPostponement)
		f.postponements++
		return finalAnswer{WaitFor: seconds}
	}
	return finalAnswer{}
}
