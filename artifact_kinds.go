package fakegitlab

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

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
	report   bool   // whether artifacts:reports may hold it
}

// artifactKinds has every type of artifact (app/models/ci/job_artifact.rb). Of what artifacts:reports may hold,
// coverage_report alone is no type: it stands for cobertura or jacoco.
func artifactKinds() map[string]artifactKind {
	return map[string]artifactKind{
		archive:           {zipped, "", false},
		"metadata":        {gzipped, "", false},
		"metrics_referee": {gzipped, "", false},
		"network_referee": {gzipped, "", false},
		"trace":           {rawFormat, "", false},

		"accessibility":          {rawFormat, "gl-accessibility.json", true},
		"annotations":            {gzipped, "gl-annotations.json", true},
		"api_fuzzing":            {rawFormat, "gl-api-fuzzing-report.json", true},
		"browser_performance":    {rawFormat, "browser-performance.json", true},
		"cluster_applications":   {gzipped, "gl-cluster-applications.json", true},
		"cluster_image_scanning": {rawFormat, "gl-cluster-image-scanning-report.json", true},
		"cobertura":              {gzipped, "cobertura-coverage.xml", true},
		"codequality":            {rawFormat, "gl-code-quality-report.json", true},
		"container_scanning":     {rawFormat, "gl-container-scanning-report.json", true},
		"coverage_fuzzing":       {rawFormat, "gl-coverage-fuzzing.json", true},
		"cyclonedx":              {gzipped, "gl-sbom.cdx.json", true},
		"dast":                   {rawFormat, "gl-dast-report.json", true},
		"dependency_scanning":    {rawFormat, "gl-dependency-scanning-report.json", true},
		dotenvReport:             {gzipped, ".env", true},
		"jacoco":                 {gzipped, "jacoco-coverage.xml", true},
		"junit":                  {gzipped, "junit.xml", true},
		"license_scanning":       {rawFormat, "gl-license-scanning-report.json", true},
		"load_performance":       {rawFormat, "load-performance.json", true},
		"lsif":                   {zipped, "lsif.json", true},
		"metrics":                {gzipped, "metrics.txt", true},
		"performance":            {rawFormat, "performance.json", true},
		"repository_xray":        {gzipped, "gl-repository-xray.json", true},
		"requirements":           {rawFormat, "requirements.json", true},
		"requirements_v2":        {rawFormat, "requirements_v2.json", true},
		"sarif":                  {rawFormat, "gl-sarif-report.sarif", true},
		"sast":                   {rawFormat, "gl-sast-report.json", true},
		"scip":                   {zipped, "index.scip", true},
		"secret_detection":       {rawFormat, "gl-secret-detection-report.json", true},
		"terraform":              {rawFormat, "tfplan.json", true},
	}
}

// artifactTypes are the types of artifacts, in order.
func artifactTypes() []string { return slices.Sorted(maps.Keys(artifactKinds())) }

// reportTypes are those that artifacts:reports may hold, in order.
func reportTypes() []string {
	kinds := artifactKinds()
	return slices.DeleteFunc(artifactTypes(), func(kind string) bool { return !kinds[kind].report })
}

// withDefaults fills in an artifact's type and the format that goes with it.
func withDefaults(a Artifact) Artifact {
	a.Type = cmp.Or(a.Type, archive)
	a.Format = cmp.Or(a.Format, artifactKinds()[a.Type].format)
	return a
}

// problem says what no upload could have left behind: a type that GitLab does not have, or a format that the type
// cannot have. field is where, as JSON has it; it is "" if all is well.
func (a Artifact) problem() (field, text string) {
	a = withDefaults(a)
	switch kind, known := artifactKinds()[a.Type]; {
	case !known:
		near := datajson.Suggest(a.Type, artifactTypes())
		return "file_type", fmt.Sprintf("unknown type of artifact %q; %s", a.Type, near)
	case a.Format != kind.format:
		return "file_format", wrongFormat(a, kind)
	}
	return "", ""
}

func wrongFormat(a Artifact, kind artifactKind) string {
	return fmt.Sprintf("an artifact of type %s has the format %s, not %s", a.Type, kind.format, a.Format)
}
