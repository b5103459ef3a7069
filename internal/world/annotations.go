package world

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// The plan limits of GitLab for reports of annotations.
const (
	maxAnnotationsSize  = 81920 // bytes of the upload
	maxAnnotationLists  = 20
	maxAnnotations      = 1000 // of a list (app/validators/json_schemas/ci_job_annotation_data.json)
	maxNameOfAnnotation = 255
)

// What GitLab says of a report of annotations that it does not take.
const (
	msgfAnnotationsSize  = "Annotations Artifact Too Big. Maximum Allowable Size: %d"
	msgfAnnotationLists  = "Annotations files cannot have more than %d annotation lists"
	msgAnnotationsRoot   = "Annotations files must be a JSON object"
	msgAnnotationsData   = "Data must be a valid json schema"
	nameOfAnnotation     = "Name "
	msgAnnotationsPacked = "not in gzip format"
	msgfUnexpectedToken  = "unexpected token at '%s'"
)

// shownOfText is how many bytes the error of what is no JSON has of it.
const shownOfText = 20

// mostUnpacked is how much of a packed report is read.
const mostUnpacked = 64 << 20

// unpacked is what a report says, packed by gzip or not. packed is the error of one that says that it is packed and is
// not.
func unpacked(f *File, packed error) ([]byte, error) {
	text := f.Content.Reader()
	if f.Format == GzipFormat {
		var err error
		if text, err = gzip.NewReader(text); err != nil {
			return nil, packed
		}
	}
	content, err := io.ReadAll(io.LimitReader(text, mostUnpacked))
	if err != nil {
		return nil, packed
	}
	return content, nil
}

// checkAnnotations holds a report of annotations against what GitLab takes; the error's text is that of its answer 400
// (app/services/ci/parse_annotations_artifact_service.rb). Of the texts for what is no JSON there is one.
func checkAnnotations(f *File) error {
	if f.Content.Size > maxAnnotationsSize {
		return fmt.Errorf(msgfAnnotationsSize, maxAnnotationsSize)
	}
	content, err := unpacked(f, errors.New(msgAnnotationsPacked))
	if err != nil {
		return err
	}
	text := bytes.TrimSpace([]byte(reportText(content)))
	if !json.Valid(text) {
		return fmt.Errorf(msgfUnexpectedToken, text[:min(len(text), shownOfText)])
	}
	lists, values, err := datajson.Object(text)
	if err != nil || text[0] == 'n' { // null
		return errors.New(msgAnnotationsRoot)
	}
	if len(lists) > maxAnnotationLists {
		return fmt.Errorf(msgfAnnotationLists, maxAnnotationLists)
	}
	for _, name := range lists {
		var problems []string
		if !annotationsFit(values[name]) {
			problems = append(problems, msgAnnotationsData)
		}
		switch {
		case strings.TrimSpace(name) == "":
			problems = append(problems, nameOfAnnotation+msgBlank)
		case utf8.RuneCountInString(name) > maxNameOfAnnotation:
			problems = append(problems, nameOfAnnotation+msgTooLong(maxNameOfAnnotation))
		}
		if problems != nil {
			return fmt.Errorf(msgfValidationFailed, strings.Join(problems, ", "))
		}
	}
	return nil
}

// annotationsFit reports whether a list has annotations alone: objects with a link, of which label and url are texts.
func annotationsFit(data json.RawMessage) bool {
	var all []map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil || all == nil || len(all) > maxAnnotations {
		return false
	}
	for _, each := range all {
		link, has := each["external_link"]
		if each == nil || len(each) > 1 || len(each) == 1 && !has {
			return false
		}
		var parts map[string]any
		_ = json.Unmarshal(link, &parts) // what is no object has no such parts
		for key, value := range parts {
			if _, text := value.(string); !text || key != "label" && key != "url" {
				return false
			}
		}
	}
	return true
}
