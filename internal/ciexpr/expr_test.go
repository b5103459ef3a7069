package ciexpr_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// Each row is one of spec/lib/gitlab/ci/pipeline/expression/statement_spec.rb, or follows from its rules.
func TestExpressions(t *testing.T) {
	variables := map[string]string{"PRESENT": "my variable", "PATH_VAR": "a/path/variable/value", "EMPTY": "",
		"FULL": "/a/full/path", "TEXT": "abcde", "PATTERN": "/^ab.*/", "BAD": "/[/", "BLANK": "  ", "TRUE": "true"}
	lookup := func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
	for text, want := range map[string]bool{
		`$PRESENT == "my variable"`:              true,
		`'my variable' == $PRESENT`:              true,
		`$PRESENT == null`:                       false,
		`$EMPTY == null`:                         false,
		`$NOPE == null`:                          true,
		`null != $EMPTY`:                         true,
		`$PRESENT`:                               true,
		`$EMPTY`:                                 false,
		`$BLANK`:                                 false,
		`$NOPE`:                                  false,
		`$PRESENT =~ /^var.*/`:                   false,
		`$PRESENT =~ /VAR.*/i`:                   true,
		`$PATH_VAR =~ /path\/variable/`:          true,
		`$FULL =~ /^\/a\/full\/path$/`:           true,
		`$NOPE =~ /var/`:                         false,
		`$NOPE !~ /var/`:                         true,
		`$PRESENT !~ /^var.*/`:                   true,
		`$PRESENT =~ $NOPE`:                      false,
		`$TEXT =~ $PATTERN`:                      true,
		`$TEXT =~ "abcde"`:                       true,
		`$TEXT =~ "bcd"`:                         false,
		`"bcd" =~ $TEXT`:                         true,
		`$TEXT =~ $BAD`:                          false,
		`$EMPTY && $PRESENT`:                     true,
		`$PRESENT && $EMPTY`:                     false,
		`$NOPE || $PRESENT`:                      true,
		`null && null || $PRESENT`:               true,
		`null && (null || $PRESENT)`:             false,
		`$PRESENT || null && null`:               true,
		`("a" || "b") == "a"`:                    true,
		`("a" == ("b" || "a"))`:                  false,
		`$PRESENT =~ /my va(r)/ && $EMPTY == ""`: true,
		`true`:                                   true,
		`false`:                                  false,
		`$TRUE == true`:                          true,
		`false == $TRUE`:                         false,
		`$TRUE != false`:                         true,
		`true == true`:                           true,
		`$NOPE == false`:                         false,
		`true =~ /^t/`:                           true,
		`$PRESENT !~ false`:                      true,
		`$PRESENT =~ true`:                       false,
		`!$NOPE`:                                 true,
		`!$BLANK`:                                true,
		`!$PRESENT`:                              false,
		`!!$PRESENT`:                             true,
		`!$EMPTY && $PRESENT`:                    true,
		`$PRESENT && !$EMPTY`:                    true,
		`!($NOPE || $PRESENT)`:                   false,
		`!$PRESENT == "a"`:                       false,
		`!$NOPE == $TRUE`:                        true,
		`$[[ inputs.some-x ]] == null`:           true,
		`$PRESENT == "other" || $PRESENT =~ /variable/`: true,
	} {
		expression, err := ciexpr.Parse(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, expression.True(lookup), text)
		}
	}
}

func TestExpressionsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "== null", "$A ==", "$A == ==", "($A", "$A)", "$A $B", "$A === 'b'", "$A =~ /[/", "A",
		"$A && || $B", "&", "()", "!", "!()", "truely", "! == $A", "$[[ inputs. ]]", `"open`} {
		_, err := ciexpr.Parse(text)
		assert.Error(t, err, text)
	}
	long := "$A"
	for range 50 {
		long += " || $A"
	}
	_, err := ciexpr.Parse(long)
	assert.ErrorContains(t, err, "too many")
}

func TestRegexp(t *testing.T) {
	re, ok, err := ciexpr.Regexp("/^MAIN$/i")
	require.True(t, ok)
	require.NoError(t, err)
	assert.True(t, re.MatchString("main"))
	_, ok, _ = ciexpr.Regexp("main")
	assert.False(t, ok)
	_, ok, err = ciexpr.Regexp("/*bad/")
	assert.True(t, ok)
	assert.Error(t, err)
}
