package rest

// The log that a runner sends piece by piece (lib/api/ci/runner.rb, app/services/ci/append_build_trace_service.rb).

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// readLog is what stands before the body of PATCH /jobs/:id/trace, and how that is read.
func readLog(q request) (front.BodyReader, *front.Response) {
	if _, refusal := q.processingJob(); refusal != nil {
		return nil, refusal
	}
	if refusal := q.unfitForTrace(); refusal != nil {
		return nil, refusal
	}
	return front.ReadText(max(q.roomForLog(), 0)), nil
}

// unfitForTrace is the refusal of a request that cannot be a piece of a log.
func (q request) unfitForTrace() *front.Response {
	media := q.MediaType()
	known := []string{"text/plain", "application/json", "application/x-www-form-urlencoded", front.MultipartForm}
	if !slices.Contains(known, media) && q.HTTP.ContentLength != 0 {
		return front.RefuseError(http.StatusUnsupportedMediaType, fmt.Sprintf(front.MsgfMediaType, media)).
			Because("a log is text/plain").AsRefusal()
	}
	if _, sent := q.HTTP.Header[headerContentRange]; !sent {
		return front.RefuseError(http.StatusBadRequest, msgContentRange).
			Because("Content-Range says where in the log the text belongs").AsRefusal()
	}
	return nil
}

// roomForLog is how many bytes the log may grow by from where the request begins. That is the client's number and may
// be so great that no sum with it is one.
func (q request) roomForLog() int64 {
	return q.Settings.TraceLimit() - rangeStart(q.HTTP.Header.Get(headerContentRange))
}

// appendTrace is PATCH /jobs/:id/trace (app/services/ci/append_build_trace_service.rb).
func appendTrace(q request) front.Response {
	j, refusal := q.processingJob()
	if refusal != nil {
		return *refusal
	}
	start := rangeStart(q.HTTP.Header.Get(headerContentRange))
	if asked, _ := q.Params.Bool("debug_trace"); asked && start == 0 {
		q.NoteDebugTrace(j) // whatever becomes of the piece
	}
	sent := q.Upload.Content.Size
	if sent >= q.roomForLog() {
		_ = q.Drop(j, world.TraceSizeExceeded, nil)
		return front.RefuseError(http.StatusForbidden, front.MsgForbidden).
			Because(fmt.Sprintf("there is no room for what comes from byte %d on; the limit of the log is %d bytes",
				start, q.Settings.TraceLimit()))
	}
	lostEnd, loses := q.LosesLog(j, start, sent)
	switch size := j.Log.Size; {
	case loses:
	case start == size:
		q.AppendLog(j, q.Upload.Content)
	case start+sent != size: // else it repeats what came last
		return front.RefuseError(http.StatusRequestedRangeNotSatisfiable, msgRange).With(headerRange, traceRange(size)).
			Because(fmt.Sprintf("the log has %d bytes, so more of it begins there and not at %d", size, start))
	}
	q.heartbeatOf(j)
	q.ApplyFate(j)
	interval := idleInterval
	if q.Watched(j) {
		interval = watchedInterval
	}
	end := j.Log.Size
	if loses {
		end = lostEnd // the runner is not to know yet
	}
	// Grape sends as the body what the endpoint's block ends with: here the value of the last header that it sets.
	return front.Response{Status: http.StatusAccepted, Text: interval, ContentType: "application/json"}.
		With(headerJobStatus, string(j.Status)).
		With(headerRange, traceRange(end)).
		With(headerTraceInterval, interval).
		Because(pieceText(j, start, sent, !loses))
}

// pieceText says what was sent of a log and what there is of it, which neither the status nor the body tells.
func pieceText(j *world.Job, start, sent int64, kept bool) string {
	piece := "nothing"
	if sent > 0 {
		piece = fmt.Sprintf("%d-%d", start, start+sent-1)
	}
	if !kept {
		piece = strings.TrimSuffix(fmt.Sprintf("%s, these bytes were dropped: %s", piece, j.LostBy()), ": ")
	}
	return fmt.Sprintf("%s; the log has %d bytes", piece, j.Log.Size)
}

// The seconds after which a runner is to send more of the log, while somebody looks at it and else.
const (
	watchedInterval = "3"
	idleInterval    = "60"
)

// rangeStart is where a Content-Range begins, read as Ruby reads a number: what is none is 0.
func rangeStart(contentRange string) int64 {
	first, _, _ := strings.Cut(contentRange, "-")
	digits, _ := world.Leading(strings.TrimSpace(first), "0123456789")
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// traceRange is the Range of a log, whose end is the size and not the last byte.
func traceRange(size int64) string { return "0-" + strconv.FormatInt(size, 10) }
