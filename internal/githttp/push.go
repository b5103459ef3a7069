package githttp

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// capabilities are what a client is told before it pushes.
var capabilities = strings.Join([]string{gitpack.CapReport, gitpack.CapReportV2, "delete-refs",
	gitpack.CapSideBand, "quiet", gitpack.CapAtomic, "ofs-delta", "object-format=sha1", gitpack.CapPushOptions,
	"agent=git/fakegitlab"}, " ")

// hiddenRefs are those that nobody pushes to (Gitaly's internal/git/reference.go).
var hiddenRefs = []string{"refs/environments/", "refs/keep-around/", "refs/merge-requests/", "refs/pipelines/",
	"refs/remotes/", "refs/tmp/"}

func isHidden(ref string) bool {
	return slices.ContainsFunc(hiddenRefs, func(prefix string) bool { return strings.HasPrefix(ref, prefix) })
}

// pushable are the lines that a client gets before it pushes: what each ref leads to, behind the first the
// capabilities. version is the header Git-Protocol; of its versions a push knows the first two, which differ in a line.
func (a *access) pushable(version string) []byte {
	var lines []byte
	if slices.Contains(strings.Split(version, ":"), "version=1") {
		lines = gitpack.AppendPkt(lines, "version 1\n")
	}
	refs := a.project.Repository.Refs()
	if len(refs) == 0 {
		refs = []repository.Ref{{Name: "capabilities^{}", ID: repository.ZeroID}}
	}
	for i, r := range refs {
		line := r.ID + " " + r.Name
		if i == 0 {
			line += "\x00" + capabilities
		}
		lines = gitpack.AppendPkt(lines, line+"\n")
	}
	return append(lines, gitpack.Flush...)
}

// receivePack is a push, once its body has been read. The pack is read with the mutex let go, and who may do what is
// decided when it is held once more.
func (p *protocol) receivePack(q *front.Request) front.Response {
	return front.Response{Outside: func() front.Response {
		body := q.Upload.Content.Bytes()
		q.Upload.Content = world.Blob{}
		if isProbe(body) {
			return result(nil)
		}
		asked, err := gitpack.ReadPush(body)
		if err != nil {
			return front.Plain(http.StatusInternalServerError, msgInternalError).
				Because("the body is no push: " + err.Error())
		}
		q.Again(func() front.Response {
			q.Record.Params, q.Record.IgnoredParams = asked.Params(q.Record.Params), asked.UnknownOptions()
			return front.Response{}
		})
		objects, err := readObjects(q, asked)
		return q.Again(func() front.Response {
			a, refusal := admit(q, receivePack)
			if refusal != nil {
				return *refusal
			}
			return a.push(asked, objects, err)
		})
	}}
}

// readObjects reads the pack of a push, which has none if it only deletes. What the pack builds on is asked for.
func readObjects(q *front.Request, asked *gitpack.Push) (map[string]repository.Object, error) {
	if !slices.ContainsFunc(asked.Commands, func(c gitpack.Command) bool { return !c.Deletes() }) {
		return nil, nil
	}
	if len(asked.Pack) == 0 {
		return nil, errors.New("there is no pack")
	}
	objects, err := gitpack.Read(asked.Pack, func(ids []string) map[string]repository.Object {
		found := map[string]repository.Object{}
		q.Again(func() front.Response {
			a, refusal := admit(q, receivePack)
			if refusal != nil {
				return *refusal
			}
			for _, id := range ids {
				if o, ok := a.project.Repository.Object(id); ok {
					found[id] = o
				}
			}
			return front.Response{}
		})
		return found
	})
	for _, id := range slices.Sorted(maps.Keys(objects)) {
		if err == nil {
			err = objects[id].Check(id)
		}
	}
	return objects, err
}

// push decides a push and moves the refs that may be moved. unpacking is what was wrong with its pack.
func (a *access) push(asked *gitpack.Push, objects map[string]repository.Object, unpacking error) (res front.Response) {
	r := &report{push: asked, reasons: make([]string, len(asked.Commands))}
	if unpacking != nil {
		return r.notUnpacked(unpacking)
	}
	brought, err := a.dropBroken(r, objects)
	if err != nil {
		return r.notUnpacked(err)
	}
	a.project.Repository.Try(func() (moved bool) {
		res, moved = a.move(r, brought)
		return moved
	})
	return res
}

// move has the repository take what a push brings, for the rules look at it, and moves the refs that may be moved;
// false if none was.
func (a *access) move(r *report, brought map[string]repository.Object) (res front.Response, moved bool) {
	repo := a.project.Repository
	for _, o := range brought {
		repo.Add(o)
	}
	for _, id := range slices.Sorted(maps.Keys(brought)) {
		if err := repo.CheckSize(id); err != nil {
			return r.notUnpacked(err), false
		}
	}
	if why := a.preReceive(r); why != "" {
		return r.response(why), false
	}
	a.dropImmovable(r)
	updates, _ := a.updates(r)
	if moved = len(updates) > 0; moved {
		if err := a.q.PushRefs(a.project, a.q.User, updates, a.options(r.push)); err != nil {
			return r.notUnpacked(err), false // it was asked a moment ago
		}
	}
	a.tell(r)
	return r.response(r.why()), moved
}

// updates are the moves of refs that are not refused, and which commands they are of. What a deletion says of the ref
// counts only if the repository has such an object.
func (a *access) updates(r *report) (updates []world.RefUpdate, of []int) {
	for i, c := range r.push.Commands {
		if r.reasons[i] != "" {
			continue
		}
		if c.Deletes() && !a.project.Repository.Has(c.Old) {
			c.Old = repository.ZeroID
		}
		updates, of = append(updates, world.RefUpdate{Ref: c.Ref, Old: c.Old, New: c.New}), append(of, i)
	}
	return updates, of
}

// dropBroken refuses commands that git refuses before it asks anybody: for refs that are hidden or no refs, and to
// objects that are not there, or not whole. It returns the objects that the others bring. What else was sent is not
// kept: of what the repository has, everything has to be whole. The error is of an object that fails the whole push.
func (a *access) dropBroken(r *report, objects map[string]repository.Object) (map[string]repository.Object, error) {
	brought := map[string]repository.Object{}
	var broken map[string]bool // nil until something is missed: there may be any number of commands
	for i, c := range r.push.Commands {
		switch {
		case isHidden(c.Ref):
			r.reasons[i] = reasonHidden
		case !strings.HasPrefix(c.Ref, "refs/") || !repository.ValidRef(c.Ref):
			r.reasons[i] = world.RefFunny
			r.say(fmt.Sprintf(msgfFunny, c.Ref))
		case c.Deletes():
		case broken[c.New]:
			r.reasons[i] = world.RefNoObject
		default:
			more, err := a.project.Repository.Brings(c.New, objects, brought)
			if errors.Is(err, repository.ErrMissing) {
				r.reasons[i] = world.RefNoObject
				if broken == nil {
					broken = a.project.Repository.Broken(objects)
				}
				continue
			} else if err != nil {
				return nil, err
			}
			maps.Copy(brought, more)
		}
	}
	return brought, nil
}

// dropImmovable refuses commands whose refs cannot be moved: somebody else was faster, or another ref is in the way.
// git moves the others all the same, unless the push is atomic.
func (a *access) dropImmovable(r *report) {
	for i, c := range r.push.Commands {
		if r.reasons[i] == "" && c.Deletes() && !a.project.Repository.Has(c.Old) {
			r.say(map[bool]string{true: msgDeletesNone, false: msgDeletesAny}[a.project.Repository.Ref(c.Ref) == ""])
		}
	}
	updates, of := a.updates(r)
	switch {
	case !r.push.Can(gitpack.CapAtomic):
		for i, err := range a.q.CheckRefUpdates(a.project, updates) {
			r.reasons[of[i]] = r.because(err)
		}
	case slices.Contains(r.reasons, world.RefFunny):
		r.refuseAll(reasonAtomic)
	default:
		if r.because(a.q.CheckRefsAtOnce(a.project, updates)) != "" {
			r.refuseAll(reasonTransaction)
		}
	}
}

// report is what becomes of a push.
type report struct {
	push    *gitpack.Push
	unpack  string       // what was wrong with the pack; "" for nothing
	reasons []string     // why the ref of each command is not moved, in git's words
	said    bytes.Buffer // what the client shows as the words of the other side
}

// say has the client show a text, each line behind "remote: ".
func (r *report) say(text string) { r.said.WriteString(text) }

// refuseAll refuses what is not refused yet.
func (r *report) refuseAll(reason string) {
	for i := range r.reasons {
		if r.reasons[i] == "" {
			r.reasons[i] = reason
		}
	}
}

// because is the reason for which a ref is not moved, beside which the client shows more; "" for no error.
func (r *report) because(err error) string {
	refused := (*world.RefRefusal)(nil)
	if !errors.As(err, &refused) {
		return ""
	}
	r.say(fmt.Sprintf(msgfError, refused.Detail))
	return refused.Reason
}

// why is why something was refused, for the journal.
func (r *report) why() string {
	var parts []string
	for i, c := range r.push.Commands {
		if reason := r.reasons[i]; reason != "" {
			parts = append(parts, c.Ref+": "+reason)
		}
	}
	return strings.Join(parts, "; ")
}
