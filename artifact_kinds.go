package fakegitlab

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Types of artifacts that the fake itself looks at.
const (
	archive      = "archive"
	dotenvReport = "dotenv"
)

// The formats of artifacts.
const (
	rawFormat = "raw"
	zipped    = "zip"
	gzipped   = "gzip"
)

// artifactKind is how GitLab keeps artifacts of one type (Enums::Ci::JobArtifact).
type artifactKind struct {
	format   string // the one that it may have
	filename string // of a report
}

// artifactKinds has every type of artifact: the reports that artifacts:reports may hold, and those that GitLab and its runners
// make beside them (app/models/ci/job_artifact.rb).
func artifactKinds() map[string]artifactKind {
	kinds := map[string]artifactKind{
		archive:           {format: zipped},
		"metadata":        {format: gzipped},
		"metrics_referee": {format: gzipped},
		"network_referee": {format: gzipped},
		"trace":           {format: rawFormat},
	}
	for name, report := range ci.ReportTypes() {
		kinds[name] = artifactKind{report.Format, report.Filename}
	}
	return kinds
}

// artifactTypes are the types of artifacts, in order.
func artifactTypes() []string { return slices.Sorted(maps.Keys(artifactKinds())) }

// fillDefaults fills in a file's type and the format that goes with it.
func (f *file) fillDefaults() {
	f.Type = cmp.Or(f.Type, archive)
	f.Format = cmp.Or(f.Format, artifactKinds()[f.Type].format)
}

// artifactProblem says of a type and a format, which may be empty, what no upload could have left behind: a type that GitLab does
// not have, or a format that the type cannot have. field is where, as JSON has it; it is "" if all is well.
func artifactProblem(fileType, format string) (field, text string) {
	fileType = cmp.Or(fileType, archive)
	switch kind, known := artifactKinds()[fileType]; {
	case !known:
		return "file_type", fmt.Sprintf("unknown type of artifact %q; %s", fileType, datajson.Suggest(fileType, artifactTypes()))
	case format != "" && format != kind.format:
		return "file_format", wrongFormat(fileType, format)
	}
	return "", ""
}

func wrongFormat(fileType, format string) string {
	return fmt.Sprintf("an artifact of type %s has the format %s, not %s", fileType, artifactKinds()[fileType].format, format)
}
