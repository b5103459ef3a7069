package rest

// The actions of a commit, as a request lists them: hashes, of which Grape checks each.

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
)

// actions reads the parameter actions, or refuses with all that is wrong with it.
func (q request) actions() ([]fileAction, *front.Response) {
	list, isList := q.Record.Params["actions"].([]any)
	if !isList {
		return nil, badActions(msgActionsInvalid)
	}
	var all []fileAction
	var wrong []string
	for i, element := range list {
		hash, isHash := element.(map[string]any)
		if !isHash {
			return nil, badActions(msgActionsInvalid)
		}
		a, complaints := readAction(hash, func(name, text string) string {
			return fmt.Sprintf("actions[%d][%s] %s", i, name, text)
		})
		all, wrong = append(all, a), append(wrong, complaints...)
	}
	if len(wrong) > 0 {
		return nil, badActions(wrong...)
	}
	return all, nil
}

func badActions(texts ...string) *front.Response {
	joined := texts[0]
	for _, text := range texts[1:] {
		joined += ", " + text
	}
	return front.RefuseError(http.StatusBadRequest, joined).
		Because("actions is a list of hashes with action, file_path and what the action needs").AsRefusal()
}

// What Grape says of a parameter behind its name.
const (
	isMissing  = "is missing"
	isNoValue  = "does not have a valid value"
	isUnusable = "is invalid"
	isEmpty    = "is empty"
)

// readAction reads one action. complaint makes a sentence of a field and what is wrong with it.
func readAction(hash map[string]any, complaint func(name, text string) string) (a fileAction, wrong []string) {
	complain := func(name, text string) { wrong = append(wrong, complaint(name, text)) }
	// One of values, if any are given, is looked for in what is no text, too.
	field := func(name string, required bool, values ...string) (text string, given bool) {
		value, there := hash[name]
		all := []any{value}
		switch value := value.(type) {
		case nil:
			if required && !there {
				complain(name, isMissing)
			}
			return "", false
		case map[string]any:
			complain(name, isUnusable)
		case []any:
			complain(name, isUnusable)
			all = value
		default:
			text = fmt.Sprint(value)
		}
		if values != nil && slices.ContainsFunc(all, func(v any) bool { return !slices.Contains(values, fmt.Sprint(v)) }) {
			complain(name, isNoValue)
		}
		return text, true
	}
	a.action, _ = field("action", true, actionCreate, actionUpdate, actionMove, actionDelete, actionChmod)
	if !isPresent(hash["action"]) {
		complain("action", isEmpty)
	}
	a.path, _ = field("file_path", true)
	if a.action == actionMove {
		a.previous, _ = field("previous_path", true)
	}
	if content, given := field("content", a.action == actionUpdate); given || a.action == actionUpdate {
		a.content = &content
	}
	encoding, _ := field("encoding", false, "text", "base64")
	a.base64 = encoding == "base64"
	a.lastCommit, _ = field("last_commit_id", false)
	if a.action == actionChmod {
		values, _ := params.Spec{}.Validate(hash)
		executable, isFlag := values.Bool("execute_filemode") // null is false to Gitaly
		if text, _ := field("execute_filemode", true); text != "" && !isFlag {
			complain("execute_filemode", isUnusable)
		}
		a.executable = &executable
	}
	return a, wrong
}
