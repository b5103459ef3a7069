package world

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
	Archive      = "archive"
	dotenvReport = "dotenv"
)

// The formats of artifacts.
const (
	RawFormat = "raw"
	Zipped    = "zip"
	Gzipped   = "gzip"
)

// artifactKind is how GitLab keeps artifacts of one type (Enums::Ci::JobArtifact).
type artifactKind struct {
	Format   string // the one that it may have
	Filename string // of a report
}

// ArtifactKinds has every type of artifact: the reports that artifacts:reports may hold, and those that GitLab and its runners
// make beside them (app/models/ci/job_artifact.rb).
func ArtifactKinds() map[string]artifactKind {
	kinds := map[string]artifactKind{
		Archive:           {Format: Zipped},
		"metadata":        {Format: Gzipped},
		"metrics_referee": {Format: Gzipped},
		"network_referee": {Format: Gzipped},
		"trace":           {Format: RawFormat},
	}
	for name, report := range ci.ReportTypes() {
		kinds[name] = artifactKind{report.Format, report.Filename}
	}
	return kinds
}

// ArtifactTypes are the types of artifacts, in order.
func ArtifactTypes() []string { return slices.Sorted(maps.Keys(ArtifactKinds())) }

// fillDefaults fills in a file's type and the format that goes with it.
func (f *File) fillDefaults() {
	f.Type = cmp.Or(f.Type, Archive)
	f.Format = cmp.Or(f.Format, ArtifactKinds()[f.Type].Format)
}

// artifactProblem says of a type and a format, which may be empty, what no upload could have left behind: a type that GitLab does
// not have, or a format that the type cannot have. field is where, as JSON has it; it is "" if all is well.
func artifactProblem(fileType, format string) (field, text string) {
	fileType = cmp.Or(fileType, Archive)
	switch kind, known := ArtifactKinds()[fileType]; {
	case !known:
		return "file_type", fmt.Sprintf("unknown type of artifact %q; %s", fileType, datajson.Suggest(fileType, ArtifactTypes()))
	case format != "" && format != kind.Format:
		return "file_format", wrongFormat(fileType, format)
	}
	return "", ""
}

func wrongFormat(fileType, format string) string {
	return fmt.Sprintf("an artifact of type %s has the format %s, not %s", fileType, ArtifactKinds()[fileType].Format, format)
}
