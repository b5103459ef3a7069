package world

import (
	"crypto/sha256"
	"math/big"
	"regexp"
	"strings"
)

const (
	// maxSlug is how long the slug of an environment may be, and keptSlug how much of it stays before a suffix.
	maxSlug, keptSlug = 24, 17
	// suffixSlug is how many characters the suffix has.
	suffixSlug = 6
	slugBase   = 36
)

var (
	notInSlug = regexp.MustCompile(`[^a-z0-9]`)
	dashes    = regexp.MustCompile(`-+`)
)

// EnvironmentSlug is CI_ENVIRONMENT_SLUG of an environment (lib/gitlab/slug/environment.rb): its name, where that is
// fit for a host name, and otherwise what is left of it with a few characters of a sum of the name.
func EnvironmentSlug(name string) string {
	slug := notInSlug.ReplaceAllString(strings.ToLower(name), "-")
	if slug == "" || slug[0] < 'a' {
		slug = "env-" + slug
	}
	slug = dashes.ReplaceAllString(slug, "-")
	if len(slug) <= maxSlug && slug == name {
		return strings.TrimSuffix(slug, "-")
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimSuffix(slug[:min(keptSlug, len(slug))], "-") + "-" + slugSuffix(sum[:])
}

// slugSuffix is the end of a sum, as a number of digits and letters.
func slugSuffix(sum []byte) string {
	digits := new(big.Int).SetBytes(sum).Text(slugBase)
	return digits[len(digits)-suffixSlug:]
}

// tiers are what GitLab guesses of an environment's name (app/models/environment.rb, guess_tier), the first that fits.
var tiers = []struct {
	name *regexp.Regexp
	tier string
}{
	{regexp.MustCompile(`(?i)dev|review|trunk`), "development"},
	{regexp.MustCompile(`(?i)test|tst|int|ac(ce|)pt|qa|qc|control|quality`), "testing"},
	{regexp.MustCompile(`(?i)st(a|)g|mod(e|)l|pre|demo|non`), "staging"},
	{regexp.MustCompile(`(?i)pr(o|)d|live`), "production"},
}

// EnvironmentTier is CI_ENVIRONMENT_TIER of an environment of which no job says it.
func EnvironmentTier(name string) string {
	for _, each := range tiers {
		if each.name.MatchString(name) {
			return each.tier
		}
	}
	return "other"
}
