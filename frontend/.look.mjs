import { chromium } from 'playwright-core';
const base = process.env.BASE ?? 'http://127.0.0.1:18092';
const site = {body_chars_min:20,currency:'EUR',language:'de',name:'Home Baristas Amsterdam',point_plural:'Bohnen',point_singular:'Bohne',referral_text:'Bring a friend.\n\nYou both get a free bag of beans.',sign_up_open:true,tagline:'Where people who roast, grind and brew at home help each other.',title_chars_min:15,welcome_html:'<p><strong>Open day on 5 December:</strong> meet our roasters at the <a href="/groups">workshop</a>.</p>'};
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
async function shot(name, path, {over={}, vp=[1280,900], locale='en-GB', scheme='light', member=false, act}={}) {
  const c = await b.newContext({viewport:{width:vp[0],height:vp[1]}, locale, colorScheme:scheme});
  const p = await c.newPage();
  p.on('console', m=>['error','warning'].includes(m.type())&&console.log(name,m.text().slice(0,300)));
  p.on('pageerror', e=>console.log(name,'ERR',e.message));
  if (!process.env.REAL) await p.route('**/api/v1/site', r=>r.fulfill({json:{...site,...over}}));
  if (member) {
    await p.goto(base+'/sign-in'); await p.fill('input[name=email]','elif@shop.example'); 
    await p.fill('input[name=password]', process.env.PW); await p.click('button[type=submit]'); await p.waitForURL(base+'/'); 
  }
  await p.goto(base+path); await p.waitForLoadState('networkidle',{timeout:4000}).catch(()=>{});
  if (act) await act(p);
  console.log(name, JSON.stringify(await p.title()), await p.evaluate(()=>document.documentElement.lang));
  await p.screenshot({path:`/tmp/insightlook/${name}.png`});
  await p.addScriptTag({path:'node_modules/axe-core/axe.min.js'}).catch(()=>{});
  const v = await p.evaluate(async()=>window.axe? (await axe.run({runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa','best-practice']})).violations.map(v=>v.id+': '+v.nodes.map(n=>n.html.slice(0,200)).join(' | ')):['no axe']);
  if (v.length) console.log(name,'axe',v);
  await c.close();
}
await import(process.argv[2]).then(m=>m.default(shot));
await b.close();
