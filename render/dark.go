package render

import "strings"

// darkColor is what a colour is on dark pages.
type darkColor struct{ light, dark string }

// darkGrounds are the colours of areas and lines, darkTexts those of text that
// differ from them.
func darkColors() (grounds, texts []darkColor) {
	grounds = []darkColor{
		{colorPage, "#0d1117"},
		{colorInk, "#e6edf3"},
		{colorMuted, "#9aa5b1"},
		{colorHair, "#3d444d"},
		{colorPanel, "#151b23"},
		{colorFrame, "#656c76"},
		{colorBlue, "#58b0e3"},
		{colorBlueTint, "#12304a"},
		{colorGreen, "#3fc79a"},
		{colorGreenTint, "#10352b"},
		{colorRed, "#c9372c"},
		{colorRedTint, "#44191a"},
		{colorOrange, "#f0a840"},
		{colorOrangeBar, "#855700"},
		{colorOrangeBg, "#3d2c0b"},
		{colorBrown, "#f5c26b"},
		{colorPurple, "#dba3c8"},
		{colorPurpleBg, "#3a2032"},
		{colorSkyBar, "#2b6f9e"},
		{colorGreyBar, "#2d333b"},
		{colorFaint, "#8b949e"},
		{colorServerB, "#1f6b52"},
		{colorServerD, "#7c4468"},
		{colorPhaseA, "#1f4b6e"},
		{colorPhaseB, "#30363d"},
	}
	return grounds, []darkColor{{colorRed, "#ff9488"}}
}

// DarkStyle is the style sheet that gives the pictures in what scope selects the
// colours of dark pages, where the media query holds. What it does not name, such
// as text on strong grounds, is as on light ones.
func DarkStyle(scope, media string) string {
	grounds, texts := darkColors()
	var b strings.Builder
	b.WriteString("@media " + media + " {\n")
	for _, c := range grounds {
		b.WriteString(scope + " [fill=\"" + c.light + "\"]{fill:" + c.dark + "} " + scope + " [stroke=\"" + c.light + "\"]{stroke:" + c.dark + "}\n")
	}
	for _, c := range texts {
		b.WriteString(scope + " text[fill=\"" + c.light + "\"]{fill:" + c.dark + "} " + scope + " [stroke=\"" + c.light + "\"]{stroke:" + c.dark + "}\n")
	}
	b.WriteString("}")
	return b.String()
}
