const notes = new Map([['1', { id: '1', text: 'Buy milk' }]]);

export const handler = async (event) => {
  const id = event.pathParameters?.id;
  if (event.requestContext.http.method === 'POST') {
    const note = { ...JSON.parse(event.body ?? '{}'), id: String(notes.size + 1) };
    notes.set(note.id, note);
    return { statusCode: 201, body: JSON.stringify(note) };
  }
  if (id === undefined) return [...notes.values()];
  const note = notes.get(id);
  return note ?? { statusCode: 404, body: JSON.stringify({ message: 'No such note' }) };
};
