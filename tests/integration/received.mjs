// Reports that were received, as many as a test of numbers needs.
//
//	const uid = await receive(fay, {actor: true, severity: 'high'})

// harm, actor: the first two questions, from which the type follows; words: stands in front of every text of it.
export async function receive(finder, {harm = false, actor = false, severity = 'high', words = ''} = {}) {
  const text = (what) => `${words} ${what}`.trim()
  const body = {title: text('title'), summary: text('summary'), description: text('description'), classification: {real_world_harm: harm, malicious_actor: actor, csam: false},
    systems: [{name: text('model')}], severity, disclosure: {intent: 'undecided'}, confirmed: true}
  if (harm) Object.assign(body, {harm_narrative: text('harm'), relationship: 'witness', harm_types: ['physical']})
  if (actor) Object.assign(body, {attacker: {objectives: text('aim')}})
  if (actor && !harm) body.proof_of_concept = text('proof')
  if (!actor && !harm) body.statistics = {claim: text('claim')}
  const {uid} = (await finder.done(201, 'POST', '/records', {kind: 'report', body})).body
  await finder.done(200, 'POST', `/records/${uid}/moves`, {move: 'submit'})
  return uid
}
