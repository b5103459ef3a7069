package world

import "slices"

// chore is something that GitLab leaves to a worker, which does it as soon as what set it off is done.
type chore struct {
	kind     choreKind
	pipeline *Pipeline      // that it is about; of choreAssign nil
	group    *ResourceGroup // of choreAssign
}

type choreKind int

// The kinds of chores: to move a pipeline on (PipelineProcessWorker), to cancel it because a job failed
// (UserCancelPipelineWorker), to cancel those that it makes redundant (CancelRedundantPipelinesWorker), to give a free
// resource to a job (AssignResourceFromResourceGroupWorker).
const (
	choreProcess choreKind = iota
	choreCancel
	choreRedundant
	choreAssign
)

// later leaves a chore to be done, once.
func (st *State) later(c chore) {
	if st.left[c] {
		return
	}
	st.chores = append(st.chores, c)
	put(&st.left, c, true)
	st.onUndo(func() {
		st.chores = slices.DeleteFunc(st.chores, func(other chore) bool { return other == c })
		delete(st.left, c)
	})
}
