package render_test

import (
	"bytes"
	"regexp"
	"strconv"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

// TestBesideStandsInOrder: what is beside another stands above it, with a title
// and without one.
func TestBesideStandsInOrder(t *testing.T) {
	for _, titled := range []bool{true, false} {
		g := &render.Graph{LeftToRight: true}
		if titled {
			g.Title = &render.Table{}
			g.Title.Add(cell("title"))
		}
		var nodes []render.NodeID
		for _, name := range []string{"upper", "lower", "right one", "right two"} {
			n := render.Node{Key: name, Role: render.RolePanel}
			n.Label.Add(cell(name))
			nodes = append(nodes, g.AddNode(n))
		}
		end := func(i int) render.End { return render.End{Node: nodes[i]} }
		g.AddEdge(render.Edge{From: end(1), To: end(2), Role: render.RoleBranch, Plain: true})
		g.AddEdge(render.Edge{From: end(1), To: end(3), Role: render.RoleBranch, Plain: true})
		g.AddEdge(render.Edge{From: end(0), To: end(1), Role: render.RoleRequest, Beside: true})
		var svg bytes.Buffer
		if err := render.WriteSVG(&svg, g); err != nil {
			t.Fatal(err)
		}
		x, y := map[string]float64{}, map[string]float64{}
		for _, m := range regexp.MustCompile(`<text [^>]*x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)<`).FindAllStringSubmatch(svg.String(), -1) {
			x[m[3]], _ = strconv.ParseFloat(m[1], 64)
			y[m[3]], _ = strconv.ParseFloat(m[2], 64)
		}
		if y["upper"] >= y["lower"] || x["upper"] >= x["right one"] || len(y) < 4 {
			t.Errorf("titled %v: they stand at %v, %v", titled, x, y)
		}
	}
}
