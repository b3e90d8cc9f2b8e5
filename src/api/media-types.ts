/** The media types that the service documents. */
export const MEDIA_TYPES = ['video', 'audio', 'image', 'document'] as const;
