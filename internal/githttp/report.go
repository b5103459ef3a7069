package githttp

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// The bands of an answer to a push.
const (
	bandReport = "\x01"
	bandSaid   = "\x02"
	bandRoom   = gitpack.PktLongest - gitpack.PktHead - 1 // bytes of a line in a band
)

// response is the answer with the report, in the form that the client can read. why is for the journal.
func (r *report) response(why string) front.Response {
	var status []byte
	if r.push.Can(gitpack.CapReport) || r.push.Can(gitpack.CapReportV2) {
		status = r.status()
	}
	if !r.push.Can(gitpack.CapSideBand) {
		return result(status).Because(why)
	}
	var body []byte
	body = appendBand(body, bandSaid, r.said.Bytes())
	body = appendBand(body, bandReport, status)
	return result(append(body, gitpack.Flush...)).Because(why)
}

// status are the lines of the report: of the pack, and of each ref.
func (r *report) status() []byte {
	unpack := "ok"
	if r.unpack != "" {
		unpack = r.unpack
	}
	lines := gitpack.AppendPkt(nil, "unpack "+unpack+"\n")
	for i, c := range r.push.Commands {
		if reason := r.reasons[i]; reason != "" {
			lines = gitpack.AppendPkt(lines, "ng "+c.Ref+" "+reason+"\n")
		} else {
			lines = gitpack.AppendPkt(lines, "ok "+c.Ref+"\n")
		}
	}
	return append(lines, gitpack.Flush...)
}

// notUnpacked is the answer to a push whose objects git does not take.
func (r *report) notUnpacked(err error) front.Response {
	fault := (*repository.Fault)(nil)
	switch {
	case errors.As(err, &fault):
		r.say(fmt.Sprintf(msgfError, err) + fmt.Sprintf(msgfFatal, msgFsck))
		r.unpack = r.push.Unpacker() + msgExit
	case errors.Is(err, repository.ErrKind):
		r.say(fmt.Sprintf(msgfFatal, err))
		r.unpack = r.push.Unpacker() + msgExit
	default:
		r.unpack = err.Error()
	}
	r.refuseAll(reasonUnpack)
	return r.response(fmt.Sprintf("the pack: %v", err))
}

// appendBand appends bytes in as many lines of a band as they need.
func appendBand(b []byte, band string, content []byte) []byte {
	for len(content) > 0 {
		n := min(len(content), bandRoom)
		b = gitpack.AppendPkt(b, band+string(content[:n]))
		content = content[n:]
	}
	return b
}

// result is the answer to a push.
func result(body []byte) front.Response {
	return front.Response{Status: http.StatusOK, Text: string(body), Bare: true,
		ContentType: "application/x-" + receivePack + "-result"}.With("Cache-Control", "no-cache")
}
