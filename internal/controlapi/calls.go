package controlapi

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/controlpage"
)

// CallRows are those of the calls that are to be shown, the newest first and what repeats a call folded into it.
func CallRows[E ~string](
	calls []calltext.Call[E], shown func(controlpage.Call) bool,
) (list controlpage.List[controlpage.Call]) {
	list.Total = len(calls)
	var firsts []int
	for i := 0; i < len(calls); i += 1 + calltext.LikeIt(calls[i:]) {
		firsts = append(firsts, i)
	}
	end := len(calls)
	for _, i := range slices.Backward(firsts) {
		row := CallRow(calls[i])
		for _, again := range calls[i+1 : end] {
			row.Repeats = append(row.Repeats, CallRow(again))
		}
		end = i
		if shown(row) {
			list.Add(row)
		}
	}
	return list
}

// CallRow is a call as a page shows it.
func CallRow[E ~string](c calltext.Call[E]) controlpage.Call {
	_, line, _ := strings.Cut(c.Request(), " "+c.Method+" ")
	row := controlpage.Call{Number: c.Number, Time: c.Time, Method: c.Method, Path: c.Path,
		Endpoint: string(c.Endpoint), Line: line, Query: c.Query, Header: c.Header, Body: c.Body, Params: c.Params,
		Who: c.Actor(), RunnerID: c.RunnerID, JobID: c.JobID, Made: c.Made(), Status: c.Status,
		ResponseHeader: c.ResponseHeader, ResponseBody: c.ResponseBody, Reason: c.Reason, Injected: c.Injected,
		Curl: c.Curl}
	if c.Failure {
		row.Failure = strings.Trim(c.InjectedText(), "[]")
	}
	if len(c.IgnoredParams) > 0 {
		row.Ignored = "nothing reads " + c.Ignored()
	}
	return row
}
