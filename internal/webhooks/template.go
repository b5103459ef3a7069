package webhooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The texts for a template that makes no body (app/services/web_hook_service.rb).
const (
	msgfTemplate    = "Error while parsing rendered custom webhook template: %s"
	msgNoArrayValue = "You may be trying to access an array value, which is not supported."
)

var placeholder = regexp.MustCompile(`\{\{(.+?)\}\}`)

// rendered is a template with the values of an event in the place of their names, {{object_attributes.status}}; without
// a template it is the event as it is (app/services/web_hook_service.rb, render_custom_template).
func rendered(template string, event []byte) ([]byte, error) {
	if template == "" {
		return event, nil
	}
	var data any
	if err := json.Unmarshal(event, &data); err != nil {
		return nil, err
	}
	var wrong error
	text := placeholder.ReplaceAllStringFunc(template, func(found string) string {
		value, err := dig(data, strings.Split(found[2:len(found)-2], "."))
		if err != nil {
			wrong = err
			return ""
		}
		return inserted(value)
	})
	if wrong != nil {
		return nil, fmt.Errorf(msgfTemplate, wrong)
	}
	var body bytes.Buffer
	if err := json.Compact(&body, []byte(text)); err != nil {
		return nil, fmt.Errorf(msgfTemplate, err)
	}
	return body.Bytes(), nil
}

// dig goes down a path of keys; what is not there is null.
func dig(data any, path []string) (any, error) {
	for _, key := range path {
		switch at := data.(type) {
		case nil:
			return nil, nil
		case map[string]any:
			data = at[key]
		default:
			return nil, errors.New(msgNoArrayValue)
		}
	}
	return data, nil
}

// inserted is a value as JSON, a text without its quotation marks.
func inserted(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	if _, isText := value.(string); isText {
		return string(text[1 : len(text)-1])
	}
	return string(text)
}
